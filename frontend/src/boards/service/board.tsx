import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { Overview, Service } from "../../api/types";
import { FindSite } from "../../components/find/find-site";
import { measuresOnWall } from "../../format/small";
import { live } from "../../store";
import type { Definitions } from "../frame/columns";
import { Explaining } from "../frame/explaining";
import { useDefinitions } from "../frame/fetched";
import { Frame, type Shown } from "../frame/frame";
import { Main } from "../frame/main";
import { overviewOnWall } from "../frame/on-wall";
import { Said } from "../frame/said";
import { type Joined, joined } from "./joined";
import { ServiceWall, type WallPlan } from "./wall";
import "./service.css";

/** What a board of some services draws from; on a wall without small numbers. */
export interface Drawn {
  picture: Joined;
  definitions: Definitions;
  now: number;
  selected: string | null;
}

export interface BoardPlan {
  /** Names the board in its styles. */
  name: string;
  /** `ed` for the topic `service:ed` and the like. */
  services: string[];
  desk(drawn: Drawn): ComponentChildren;
  wall: WallPlan;
  foot: string[];
}

/** The picture without the counts of so few people that a wall, which visitors pass, may not show them. */
function onWall(picture: Joined): Joined {
  const overview = overviewOnWall(picture.overview);
  const providers = picture.providers.map((each) => ({ ...each, measures: measuresOnWall(each.measures) }));
  const units = picture.units.map((each) => ({ ...each, measures: measuresOnWall(each.measures) }));
  return { ...picture, overview, sites: overview.sites, totals: overview.totals, providers, units };
}

interface InsideProps {
  plan: BoardPlan;
  overview: Overview;
  shown: Shown;
}

function Inside({ plan, overview, shown }: InsideProps) {
  const services = plan.services.map((name) => live.topic<Service>(`service:${name}`));
  const picture = useMemo(() => {
    const made = joined(overview, services);
    return shown.wall ? onWall(made) : made;
    // The services are as many at every drawing.
  }, [overview, shown.wall, ...services]);
  const definitions = useDefinitions(shown.isLive);
  const [selected, setSelected] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const find = useCallback(() => field.current?.focus(), []);
  const goTo = useCallback((code: string) => {
    setSelected(code);
    document.querySelector<HTMLElement>(`[data-row="${code}"] [data-measure]`)?.focus();
  }, []);

  if (!picture.complete) return <Said>Waiting for the first figures of this board.</Said>;
  const drawn = { picture, definitions, now: shown.now, selected };
  return (
    <Main
      shown={shown}
      name={`${shown.wall ? "service-wall" : "service"} ${plan.name}`}
      find={find}
      onRow={setSelected}
      explain={(asked, close) => (
        <Explaining
          asked={asked}
          overview={picture.overview}
          providers={picture.providers}
          units={picture.units}
          now={shown.now}
          onClose={close}
        />
      )}
      foot={plan.foot}
      beside={<FindSite sites={picture.sites} field={field} onFound={setSelected} onGo={goTo} />}
    >
      {shown.wall ? <ServiceWall plan={plan.wall} drawn={drawn} /> : plan.desk(drawn)}
    </Main>
  );
}

export interface ServiceBoardProps {
  plan: BoardPlan;
  /** What is listened to beside the services. */
  also?: string[];
}

const none: string[] = [];

/** A board of some services, on the desk or the wall: it listens, joins, explains and takes the keys. */
export function ServiceBoard({ plan, also = none }: ServiceBoardProps) {
  const topics = useMemo(() => [...plan.services.map((name) => `service:${name}`), ...also], [plan, also]);
  return (
    <Frame topics={topics}>
      {(overview, shown) => <Inside plan={plan} overview={overview} shown={shown} />}
    </Frame>
  );
}

/** The page of a board that is nothing but its plan. */
export const boardOf = (plan: BoardPlan) =>
  function Page() {
    return <ServiceBoard plan={plan} />;
  };
