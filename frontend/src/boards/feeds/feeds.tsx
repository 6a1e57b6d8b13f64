import { useMemo, useState } from "preact/hooks";
import type { FeedBoard, FeedRow, Me, Overview } from "../../api/types";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { count } from "../../format/number";
import { live } from "../../store";
import { Frame, type Shown } from "../frame/frame";
import { Main } from "../frame/main";
import { useMe } from "../frame/me";
import { useNarrow } from "../frame/narrow";
import { Said } from "../frame/said";
import { FeedDetail } from "./feed-detail";
import { Kafka } from "./kafka";
import { Quarantine } from "./quarantine";
import { StateMark } from "./state-mark";
import { FeedsWall } from "./wall";
import {
  lastInWords,
  needOf,
  nextInWords,
  refusedInWords,
  refusedOf,
  stateInWords,
  usualInWords,
} from "./words";
import "../service/service.css";
import "./feeds.css";

const NOTHING: string[] = [];
const TOPICS = ["feeds"];

function columnsFor(
  now: number,
  chosen: string | null,
  choose: (code: string) => void,
  narrow: boolean,
): DataColumn<FeedRow>[] {
  const columns: DataColumn<FeedRow>[] = [
    {
      key: "name",
      title: "Feed",
      sortBy: (row) => row.name,
      cell: (row) => (
        <>
          <button
            type="button"
            class="feed-open"
            aria-pressed={row.code === chosen}
            data-feed={row.code}
            onClick={() => choose(row.code)}
          >
            {row.name}
          </button>
          {narrow && <StateMark state={row.state} />}
        </>
      ),
      text: (row) => row.name,
    },
    {
      key: "state",
      title: "State",
      sortBy: (row) => row.state,
      cell: (row) => <StateMark state={row.state} />,
      text: (row) => stateInWords[row.state],
    },
    {
      key: "last",
      title: "Last event",
      sortBy: (row) => row.last_event_at,
      cell: (row) => lastInWords(row, now),
      text: (row) => lastInWords(row, now),
    },
    {
      key: "usual",
      title: "Usual",
      note: "at this hour",
      sortBy: (row) => row.usual_gap_seconds,
      cell: (row) => (
        <>
          {usualInWords(row)} <span class="feed-under">{nextInWords(row, now)}</span>
        </>
      ),
      text: (row) => [usualInWords(row), nextInWords(row, now)].filter(Boolean).join(", "),
    },
    {
      key: "accepted",
      title: "Taken in",
      note: "24 hours",
      figure: true,
      sortBy: (row) => row.accepted_24h,
      cell: (row) => count(row.accepted_24h),
      text: (row) => count(row.accepted_24h),
    },
    {
      key: "refused",
      title: "Refused",
      note: "24 hours",
      figure: true,
      sortBy: (row) => row.refused_share,
      cell: (row) => (
        <>
          {refusedInWords(row)} <span class="feed-under">{refusedOf(row)}</span>
        </>
      ),
      text: (row) => [refusedInWords(row), refusedOf(row)].filter(Boolean).join(", "),
    },
    {
      key: "quarantined",
      title: "In quarantine",
      note: "payloads",
      figure: true,
      sortBy: (row) => row.quarantined,
      cell: (row) => count(row.quarantined),
      text: (row) => count(row.quarantined),
    },
  ];
  // On a phone the state stands under the name, and what the feed that one chooses says below is left out.
  return columns.filter(({ key }) => !narrow || !["state", "usual", "accepted"].includes(key));
}

function Desk({
  board,
  overview,
  shown,
  me,
}: {
  board: FeedBoard;
  overview: Overview;
  shown: Shown;
  me: Me;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const narrow = useNarrow();
  const rows = useMemo(() => [...board.items].sort((a, b) => needOf(b) - needOf(a)), [board.items]);
  const feed = rows.find((row) => row.code === chosen) ?? rows[0];
  const may = (permission: string) => me.may.includes(permission);
  // Worklists and the quarantine are of now alone: what somebody is to do.
  const past = live.past.value;
  const moved = rows.map((row) => `${row.quarantined} ${row.refused_24h}`).join(",");
  return (
    <Main
      shown={shown}
      name={`${shown.wall ? "service-wall" : "service"} feeds-board`}
      foot={[
        "Delayed: a silence that comes about once in a hundred at such an hour. Silent: once in a million.",
      ]}
      beside={may("returns:write") && <a href="/return">Type a return</a>}
    >
      {shown.wall ? (
        <FeedsWall rows={rows} kafka={past ? null : board.kafka} now={shown.now} />
      ) : (
        <>
          <section class="card">
            <DataTable
              id="feeds-title"
              title="Feeds, the worst first"
              columns={columnsFor(shown.now, feed?.code ?? null, setChosen, narrow)}
              rows={rows}
              rowKey={(row) => row.code}
              need={needOf}
              now={shown.now}
              level={2}
              empty="No provider is set up to send a feed."
            />
          </section>
          {feed && (
            <FeedDetail
              feed={feed}
              overview={overview}
              now={shown.now}
              worklists={may("worklists:read")}
              past={past}
            />
          )}
          {board.kafka && !past && (
            <Kafka topics={board.kafka} unattributed={board.unattributed} now={shown.now} narrow={narrow} />
          )}
          {may("quarantine:read") && !past && (
            <Quarantine now={shown.now} moved={moved} mayMend={may("quarantine:write")} />
          )}
        </>
      )}
    </Main>
  );
}

/** Is each feed arriving, clean and on time, and what does it leave for somebody to do. */
export function Page() {
  const me = useMe();
  const may = me?.may.includes("feeds:read") ?? false;
  return (
    <Frame topics={may ? TOPICS : NOTHING}>
      {(overview, shown) => {
        if (!me) return <Said>Waiting to know who asks.</Said>;
        if (!may)
          return (
            <Said>{`${me.title} may not see the feeds. The control centre and feed engineers may.`}</Said>
          );
        const board = live.topic<FeedBoard>("feeds");
        if (!board) return <Said>Waiting for the feeds.</Said>;
        return <Desk board={board} overview={overview} shown={shown} me={me} />;
      }}
    </Frame>
  );
}
