import { get, send } from "./client";
import type {
  ClockWanted,
  IncidentWanted,
  JumpBegun,
  SavedMoment,
  SilenceWanted,
  Trainer,
} from "./generated";

export type {
  IncidentKindDescribed,
  OrganisationNamed,
  SavedMoment,
  Trainer,
  TrainingIncident,
  TrainingSilence,
} from "./generated";

const AT = "/api/v1/trainer";

/** All that steers the synthetic system. */
export const fetchTrainer = () => get<Trainer>(AT);
export const setClock = (wanted: ClockWanted) => send<Trainer>(`${AT}/clock`, wanted);
export const inject = (wanted: IncidentWanted) => send<unknown>(`${AT}/incidents`, wanted);
export const endIncident = (id: string) => send<Trainer>(`${AT}/incidents/${id}/end`, {});
export const silence = (wanted: SilenceWanted) => send<unknown>(`${AT}/silences`, wanted);
export const endSilence = (id: string) => send<Trainer>(`${AT}/silences/${id}/end`, {});
export const saveMoment = (name: string) => send<SavedMoment>(`${AT}/moments`, { name });
/** null: back to the store itself. */
export const jumpTo = (name: string | null) => send<JumpBegun>(`${AT}/jump`, { name });
