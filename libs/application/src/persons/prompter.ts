import { type Answer, type BandId, type PersonId, type Prompt, type PromptId, type Stamp, elapsed } from '#libs/domain';
import { type BandSession } from '../ports/index.js';
import { type HeightUnits } from '../text/height.js';
import { promptText } from '../text/catalogue.js';

/** The band's answer to its alert, in the words of the house. */
const ANSWER_OF: Readonly<Record<'accept' | 'reject' | 'mute', Answer>> = {
  accept: 'accepted',
  reject: 'later',
  mute: 'refused',
};

/** The alert window of a band is over at the latest this long after its own figure: one notification may be under way. */
const ANSWER_GRACE_MS = 3_000;

interface ShownAlert {
  readonly promptId: PromptId;
  readonly personId: PersonId;
  readonly at: Stamp;
}

/** Puts prompts on the band of a person and tells which prompt an answer belongs to. One alert per band at a time. */
export class BandPrompter {
  private session: BandSession | null = null;
  private shown: ShownAlert | null = null;

  constructor(
    readonly bandId: BandId,
    private readonly units: HeightUnits,
  ) {}

  attach(session: BandSession | null): void {
    this.session = session;
    if (session === null) this.shown = null;
  }

  /** Rejects when the band did not take the alert; resolves at once where no band is connected. */
  async show(prompt: Prompt, at: Stamp): Promise<void> {
    if (this.session === null) return;
    this.shown = { promptId: prompt.id, personId: prompt.personId, at };
    try {
      await this.session.showAlert({ ...promptText(prompt, this.units), answerable: true });
    } catch (error) {
      // What the band did not show cannot be what the wearer answers.
      if (this.shown.promptId === prompt.id) this.shown = null;
      throw error;
    }
  }

  /** The prompt this answer is for, or null for an answer to nothing of ours. */
  answered(
    answer: 'accept' | 'reject' | 'mute',
    at: Stamp,
  ): { readonly promptId: PromptId; readonly personId: PersonId; readonly answer: Answer } | null {
    const { shown, session } = this;
    this.shown = null;
    if (shown === null || session === null) return null;
    if (elapsed(shown.at, at) > session.alertWindowMs + ANSWER_GRACE_MS) return null;
    return { promptId: shown.promptId, personId: shown.personId, answer: ANSWER_OF[answer] };
  }
}
