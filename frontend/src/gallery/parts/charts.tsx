import { Fan, type FanProps } from "../../components/fan/fan";
import { ProbabilityOfLevels, ProbabilityStrip } from "../../components/probability/probability-strip";
import { Skill } from "../../components/skill/skill";
import { Spark } from "../../components/spark/spark";
import type { Assurance, Variation } from "../../components/spc/spc";
import { SpcChart } from "../../components/spc/spc-chart";
import { AssuranceIcon, VariationIcon } from "../../components/spc/spc-icon";
import { Nothing } from "../../components/standing/standing";
import {
  ahead,
  begunSpc,
  crossingForecast,
  dayWindow,
  hours,
  naiveForecast,
  past,
  spc,
  steppedSpc,
  trialSpc,
} from "../examples";
import { Part, State, standings } from "../state";
import { NOW } from "../values";

const whole = (value: number) => String(Math.round(value));
const until = (at: number) => past(118, 30).filter((each) => each.at <= at);

/** A feed that is late stops short of the now-line. */
const pointsFor = (kind: string) =>
  kind === "delayed" || kind === "lost" ? until(NOW - (kind === "lost" ? 150 : 60) * 60_000) : past(118, 30);

const fan: FanProps = {
  label: "In ED, William Harvey",
  points: past(118, 30),
  window: dayWindow,
  now: NOW,
  format: whole,
  width: 340,
};

const minutesFan: FanProps = {
  ...fan,
  label: "Handover, mean today, QEQM",
  points: past(26, 6),
  forecast: crossingForecast,
  target: { value: 30, label: "30 min, next band" },
  format: (value) => `${whole(value)}`,
};

const icons: [Variation | Assurance, string][] = [
  ["improving_low", "improving, blue square"],
  ["concerning_high", "concerning, orange triangle"],
  ["neither_high", "changed, neither way better: ink diamond"],
  ["common", "common cause, grey dot"],
  ["pass", "will pass the target"],
  ["fail", "will fail the target"],
  ["hit_and_miss", "hit and miss"],
];

export function Charts() {
  return (
    <>
      <Part
        name="Spark line"
        words="24 h of fact, 8 h of forecast where there is one, one shared axis in a column."
      >
        <State words="Live, with a forecast">
          <Spark points={past(118, 30)} forecast={ahead(118, -12, 26)} window={dayWindow} now={NOW} />
        </State>
        <State words="Live, no forecast: nothing is drawn ahead">
          <Spark points={past(118, 30)} window={dayWindow} now={NOW} />
        </State>
        <State words="Target. Fine dots; the scale makes room for it">
          <Spark points={past(89, 3)} forecast={ahead(89, 1, 3)} window={dayWindow} now={NOW} target={92} />
        </State>
        {standings.slice(1).map(({ words, standing, lost }) => (
          <State key={words} words={words} lost={lost}>
            <Spark
              points={pointsFor(standing.kind)}
              forecast={standing.kind === "live" ? ahead(118, -12, 26) : undefined}
              window={dayWindow}
              now={NOW}
              standing={standing}
            />
            <Nothing standing={standing} now={NOW} />
          </State>
        ))}
      </Part>
      <Part name="Fan chart" words="Now-line, tinted future, target line, skill in four characters.">
        <State words="80% and 50% ranges, dashed middle" wide>
          <h3>
            In ED, William Harvey <Skill score={{ share: 0.24, against: "the same hour last week" }} />
          </h3>
          <Fan {...fan} forecast={ahead(118, -12, 26)} target={{ value: 100, label: "100, full" }} />
        </State>
        <State words="The line is crossed where the middle crosses it, at the time that is printed" wide>
          <h3>
            Handover, mean today, QEQM <Skill score={crossingForecast.skill} />
          </h3>
          <Fan {...minutesFan} />
        </State>
        <State words="Skill below nought: the naive rule is shown, wholly hatched, and named" wide>
          <h3>
            Virtual ward referrals <Skill score={naiveForecast.skill} />
          </h3>
          <Fan
            {...fan}
            label="Virtual ward referrals"
            points={past(42, 10)}
            forecast={naiveForecast}
            target={{ value: 58, label: "58, open places" }}
          />
        </State>
        <State words="Too few points to measure the skill" wide>
          <h3>
            In ED, Maidstone <Skill score={{ share: null, against: "the same hour last week" }} />
          </h3>
          <Fan {...fan} points={past(58, 10)} forecast={ahead(58, 3, 9)} />
        </State>
        <State words="No forecast: only the past" wide>
          <h3>In ED, William Harvey</h3>
          <Fan {...fan} />
        </State>
        {standings.slice(1).map(({ words, standing, lost }) => (
          <State key={words} words={words} lost={lost} wide>
            <h3>In ED, William Harvey</h3>
            <Fan
              {...fan}
              points={pointsFor(standing.kind)}
              forecast={lost ? ahead(118, -12, 26) : undefined}
              standing={standing}
            />
          </State>
        ))}
      </Part>
      <Part name="SPC chart" words="Making Data Count rules, worked out by the server. Daily or slower only.">
        <State words="Special causes by shape and colour; limits, mean and target" wide>
          <SpcChart
            label="No criteria to reside, William Harvey, 08:00"
            series={spc}
            format={whole}
            now={NOW}
            width={620}
            height={230}
          />
        </State>
        <State words="Too few points to judge: trial limits are drawn and say nothing" wide>
          <SpcChart
            label="UCR within 2 h, East Kent"
            series={trialSpc}
            format={(value) => `${whole(value)}%`}
            now={NOW}
            width={420}
          />
        </State>
        <State words="A step in the process begins new limits; neither direction is better" wide>
          <SpcChart label="Attendances" series={steppedSpc} format={whole} now={NOW} width={420} />
        </State>
        <State words="The first day after a step: no new limits yet" wide>
          <SpcChart label="Attendances" series={begunSpc} format={whole} now={NOW} width={420} />
        </State>
        <State words="The icons" wide>
          <ul class="icons">
            {icons.map(([icon, words]) => (
              <li key={icon}>
                {icon === "pass" || icon === "fail" || icon === "hit_and_miss" ? (
                  <AssuranceIcon assurance={icon} />
                ) : (
                  <VariationIcon variation={icon} />
                )}
                {words}
              </li>
            ))}
          </ul>
        </State>
        {standings.slice(1).map(({ words, standing, lost }) => (
          <State key={words} words={words} lost={lost}>
            <SpcChart
              label="UCR within 2 h, East Kent"
              series={standing.kind === "loading" ? undefined : trialSpc}
              format={(value) => `${whole(value)}%`}
              now={NOW}
              standing={standing}
              width={320}
              height={120}
            />
          </State>
        ))}
      </Part>
      <Part name="Probability strip" words="One bar an hour. Never red: it is not a fact yet.">
        <State words="High. Height and tone both carry it">
          <ProbabilityStrip hours={hours(0.62)} now={NOW} />
        </State>
        <State words="Possible. Dotted line at 50%">
          <ProbabilityStrip hours={hours(0.28)} now={NOW} />
        </State>
        <State words="Calm. A bare line">
          <ProbabilityStrip hours={hours(0.002)} now={NOW} />
        </State>
        <State words="No forecast: none is drawn">
          <ProbabilityStrip now={NOW} />
        </State>
        <State words="An overdue run is said, not drawn">
          <ProbabilityStrip now={NOW} lastRunAt={Date.parse("2026-01-12T17:45:00Z")} />
        </State>
        <State words="Not scored: no type 1 ED">
          <ProbabilityStrip now={NOW} notScored />
        </State>
        <State words="Page lost" lost>
          <ProbabilityStrip hours={hours(0.62)} now={NOW} />
        </State>
        <State words="Every level by hour">
          <ProbabilityOfLevels
            hours={hours(0.62)}
            now={NOW}
            skill={{ share: 0.28, against: "the level of the hour before" }}
          />
        </State>
      </Part>
    </>
  );
}
