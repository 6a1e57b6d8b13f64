import type { SkillScore } from "../../scale/series";
import "./skill.css";

/** A forecast's measured skill in four characters: +28%, −04%, or "new" while there are too few points. */
export function skillInFour(share: number | null): string {
  if (share === null) return "new";
  const percent = Math.min(99, Math.max(-99, Math.round(share * 100)));
  return `${percent < 0 ? "\u2212" : "+"}${String(Math.abs(percent)).padStart(2, "0")}%`;
}

/** What the four characters mean. */
export function skillInWords({ share, against }: SkillScore): string {
  if (share === null) return `too few points yet to measure against ${against}`;
  const percent = Math.abs(Math.round(share * 100));
  return `${percent}% ${share < 0 ? "more" : "less"} error than ${against}`;
}

/** Stands beside every forecast, after a double rule. */
export function Skill({ score }: { score: SkillScore }) {
  return (
    <span class="skill" title={skillInWords(score)}>
      <span aria-hidden="true">{skillInFour(score.share)}</span>
      <span class="hidden">, skill: {skillInWords(score)}</span>
    </span>
  );
}
