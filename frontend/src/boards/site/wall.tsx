import type { Feed, OpelAnswer, Overview, SiteDetail } from "../../api/types";

export interface SiteWallProps {
  detail: SiteDetail;
  overview: Overview;
  opel: OpelAnswer | null;
  feeds: Feed[];
  now: number;
}

export function SiteWall(_: SiteWallProps) {
  return null;
}
