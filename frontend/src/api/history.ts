export type {
  HistoryPoint,
  Hours as HoursAnswer,
  MeasureHistory,
  SpcAdvice as SpcAdviceRow,
  SpcChart as SpcChartRow,
  SpcLimits as SpcLimitsRow,
  SpcPart as SpcPartRow,
  SpcPoint as SpcPointRow,
} from "./generated";
