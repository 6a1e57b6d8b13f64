import { send } from "./client";
import type { OpelBreakdown, OpelCalculated, OpelDeclaration, OpelLevel } from "./types";

/** One step that somebody took: who, by which role, when and why. */
export interface OpelStepTaken {
  kind: OpelDeclaration["state"];
  at: string;
  who: string;
  role: string;
  why: string | null;
}

/** A declaration with its steps, the proposal first. */
export interface DeclarationSteps extends OpelDeclaration {
  id: string;
  steps: OpelStepTaken[];
}

export interface OpelMember {
  code: string;
  name: string;
  weight: number;
  calculated: OpelCalculated;
}

/** What a panel shows of an organisation: parameters of a provider, members of the system. */
export interface OpelTold {
  as_at: string;
  edition: { name: string };
  opel: Omit<OpelBreakdown, "parameters"> & {
    parameters?: OpelBreakdown["parameters"];
    members?: OpelMember[];
    declared: DeclarationSteps | null;
    proposed: DeclarationSteps | null;
  };
}

export const proposeLevel = (code: string, level: OpelLevel, why: string) =>
  send<DeclarationSteps>(`/api/v1/opel/${encodeURIComponent(code)}/declarations`, { level, why });

export type Deed = "validate" | "agree" | "refuse";

/** Validates, agrees or refuses; only a refusal must say why. */
export const followLevel = (id: string, deed: Deed, why: string) =>
  send<DeclarationSteps>(`/api/v1/opel/declarations/${encodeURIComponent(id)}/${deed}`, why ? { why } : {});
