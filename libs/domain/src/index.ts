export { type Totals } from './dwell/ledger.js';
export * from './effect.js';
export * from './event.js';
export * from './guard.js';
export * from './ids.js';
export * from './motion/motion-effect.js';
export * from './motion/motion-event.js';
export { type MotionView, motionView } from './motion/motion-view.js';
export * from './motion/outcome.js';
export { type SupervisorState, initialSupervisor } from './motion/supervisor-state.js';
export { supervise } from './motion/supervisor.js';
export * from './observation.js';
export * from './policy.js';
export {
  estimate,
  foldBelief,
  initialBelief,
  lastMovingEvidence,
  nextPostureChangeAt,
  type PostureBelief,
  presence,
} from './posture/belief.js';
export { type PostureContext } from './posture/evidence.js';
export * from './posture/posture.js';
export * from './prompt.js';
export { type ClockView, initialPerson, type PersonState, type PersonView, personView } from './state.js';
export { step, type Stepped } from './step.js';
export * from './time.js';
