import { describeBleCentral } from '#libs/testing';
import { openAirStage } from './spec-support/air-stage.js';

describeBleCentral('NobleCentral on @abandonware/noble over the virtual air', () => openAirStage('abandonware'));
describeBleCentral('NobleCentral on @stoprocent/noble over the virtual air', () => openAirStage('stoprocent'));
