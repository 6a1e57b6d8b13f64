export type {
  HistoryPoint,
  MeasureHistory,
  SpcChart as SpcChartRow,
  SpcPoint as SpcPointRow,
} from "./generated";
