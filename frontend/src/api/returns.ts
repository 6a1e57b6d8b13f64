import { get, send } from "./client";
import type { ReturnAnswer, ReturnProvider, ReturnSheet, ReturnWanted } from "./generated";

export type {
  GaugeReading,
  ReturnAnswer,
  ReturnGauge,
  ReturnLine,
  ReturnLineAnswer,
  ReturnProvider,
  ReturnSheet,
  ReturnWanted,
} from "./generated";

export const fetchReturns = () => get<ReturnProvider[]>("/api/v1/returns");
export const fetchSheet = (code: string) => get<ReturnSheet>(`/api/v1/returns/${encodeURIComponent(code)}`);
export const sendReturn = (code: string, wanted: ReturnWanted) =>
  send<ReturnAnswer>(`/api/v1/returns/${encodeURIComponent(code)}`, wanted);
