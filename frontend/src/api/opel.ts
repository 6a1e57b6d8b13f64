import { send } from "./client";
import type {
  OpelDeclaration as DeclarationSteps,
  OpelBreakdown,
  OpelOneAnswer,
  OpelSystem,
} from "./generated";
import type { OpelLevel } from "./types";

export type { OpelDeclaration as DeclarationSteps, OpelMember, OpelStepTaken } from "./generated";

/** What a panel shows of an organisation: parameters of a provider, members of the system. */
export type OpelTold = Omit<OpelOneAnswer, "opel"> & {
  opel: Omit<OpelBreakdown, "parameters"> &
    Partial<Pick<OpelBreakdown, "parameters"> & Pick<OpelSystem, "members">>;
};

export const proposeLevel = (code: string, level: OpelLevel, why: string) =>
  send<DeclarationSteps>(`/api/v1/opel/${encodeURIComponent(code)}/declarations`, { level, why });

export type Deed = "validate" | "agree" | "refuse";

/** Validates, agrees or refuses; only a refusal must say why. */
export const followLevel = (id: string, deed: Deed, why: string) =>
  send<DeclarationSteps>(`/api/v1/opel/declarations/${encodeURIComponent(id)}/${deed}`, why ? { why } : {});
