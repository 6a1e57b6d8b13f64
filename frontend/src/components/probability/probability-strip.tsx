import type { LevelHour } from "../../api/ahead";
import type { OpelLevel } from "../../api/types";
import { probability } from "../../format/number";
import { momentBeside } from "../../format/time";
import type { SkillScore } from "../../scale/series";
import { OpelChip } from "../opel/opel-chip";
import { Skill } from "../skill/skill";
import "../chart/chart.css";
import "./probability-strip.css";

export interface ProbabilityStripProps {
  /** Left out, or empty: there is no forecast, and none is drawn. */
  hours?: LevelHour[];
  level?: OpelLevel;
  now: number;
  /** The last run of the forecast, where it is overdue. */
  lastRunAt?: number | null;
  notScored?: boolean;
  width?: number;
  height?: number;
}

/** The hour at which a level is likeliest; the first of equals. */
export function highest(hours: LevelHour[], level: OpelLevel): LevelHour | null {
  return hours.reduce<LevelHour | null>(
    (most, each) => (most === null || each.level[level] > most.level[level] ? each : most),
    null,
  );
}

/** One bar an hour: height and tone both carry the probability. It is not a fact yet, so it is never red. */
export function ProbabilityStrip({
  hours = [],
  level = 4,
  now,
  lastRunAt = null,
  notScored = false,
  width = 184,
  height = 34,
}: ProbabilityStripProps) {
  const most = highest(hours, level);
  if (notScored) return <span class="strip-none">not scored</span>;
  if (!most)
    return (
      <span class="strip">
        <svg width={width} height={height} aria-hidden="true">
          <path class="chart-rule" d={`M0 ${height - 0.5}H${width}`} />
        </svg>
        <span class="strip-none">
          {lastRunAt === null ? "no forecast" : `no forecast since ${momentBeside(lastRunAt, now)}`}
        </span>
      </span>
    );
  const greatest = most.level[level];
  const pitch = width / hours.length;
  const said = probability(greatest);
  const when = momentBeside(most.at, now);
  const shows = greatest >= 0.01;
  return (
    <span class="strip">
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={
          shows
            ? `Probability of OPEL ${level} by hour, highest ${said} at ${when}`
            : `Probability of OPEL ${level} by hour, ${said} throughout`
        }
      >
        <path class="chart-target" d={`M0 ${height / 2}H${width}`} />
        <path class="strip-floor" d={`M0 ${height - 0.5}H${width}`} />
        {hours.map((each, index) => {
          const share = each.level[level];
          const tall = share * height;
          return share < 0.005 ? null : (
            <rect
              key={each.at}
              class="strip-bar"
              x={index * pitch + 0.5}
              y={height - tall}
              width={Math.max(1, pitch - 1)}
              height={tall}
              fill-opacity={(0.3 + 0.7 * Math.min(1, share / 0.7)).toFixed(2)}
            />
          );
        })}
      </svg>
      <span class="strip-words" aria-hidden="true">
        {shows ? (
          <>
            <b>{said}</b>
            <span>{when}</span>
          </>
        ) : (
          <span>{said}</span>
        )}
      </span>
    </span>
  );
}

/** Every level by hour, the worst first. */
export function ProbabilityOfLevels({
  hours,
  skill,
  ...rest
}: Omit<ProbabilityStripProps, "level" | "notScored"> & { skill?: SkillScore }) {
  if (!hours || hours.length === 0) return <ProbabilityStrip hours={hours} {...rest} />;
  return (
    <div class="strip-levels">
      {([4, 3, 2, 1] as OpelLevel[]).map((level) => (
        <div key={level} class="strip-level">
          <OpelChip level={level} size={20} />
          <ProbabilityStrip hours={hours} level={level} {...rest} />
        </div>
      ))}
      {skill && (
        <p class="quiet">
          by hour
          <Skill score={skill} />
        </p>
      )}
    </div>
  );
}
