import { useEffect, useState } from "preact/hooks";
import { fetchFeed, fetchJourneys, fetchUnmapped, type PastMoment } from "../../api/client";
import type { FeedDetail as Detail, FeedRow, Overview, UnmappedItem, WorklistItem } from "../../api/types";
import { RhythmWeek } from "../../components/rhythm/rhythm";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { count } from "../../format/number";
import { age, momentBeside } from "../../format/time";
import { type Pages, usePages } from "../frame/pages";
import { HOUR_MS, usePastHour } from "../frame/past";

export interface FeedDetailProps {
  feed: FeedRow;
  overview: Overview;
  now: number;
  /** Whether the reader may see the worklists. */
  worklists: boolean;
  /** The past moment that is shown, if one is. */
  past: PastMoment | null;
}

/** What one feed usually sends, and what it leaves for somebody to do. */
export function FeedDetail({ feed, overview, now, worklists, past }: FeedDetailProps) {
  const [detail, setDetail] = useState<Detail | null | "failed">(null);
  const moment = usePastHour(past, Math.floor(now / HOUR_MS) * HOUR_MS);
  useEffect(() => {
    let wanted = true;
    setDetail(null);
    fetchFeed(feed.code, moment).then(
      (answer) => wanted && setDetail(answer),
      () => wanted && setDetail("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [feed.code, moment]);
  return (
    <section class="card feed-detail" aria-labelledby="feed-name">
      <h2 id="feed-name">
        {feed.name} <span>{feed.source}</span>
      </h2>
      <h3>{past ? "When it usually sent, by then" : "When it usually sends"}</h3>
      {detail === null && <p class="nothing">Reading its rhythm.</p>}
      {detail === "failed" && <p class="nothing">Its rhythm could not be read.</p>}
      {detail !== null && detail !== "failed" && (
        <RhythmWeek shares={detail.rhythm} learned={detail.rhythm_learned} now={now} />
      )}
      {past ? (
        <p class="nothing">Worklists and the quarantine are of now. Go back to now to see them.</p>
      ) : worklists ? (
        <Worklists key={feed.code} feed={feed} overview={overview} now={now} />
      ) : (
        <p class="nothing">The worklists are for site managers, the control centre and feed engineers.</p>
      )}
    </section>
  );
}

function Worklists({ feed, overview, now }: { feed: FeedRow; overview: Overview; now: number }) {
  const unmapped = usePages<UnmappedItem>(
    (cursor) => fetchUnmapped(feed.code, cursor),
    `${feed.quarantined} ${feed.refused_24h}`,
  );
  const journeys = usePages<WorklistItem>((cursor) => fetchJourneys(feed.code, cursor), "");
  const places = new Map(overview.sites.map((site) => [site.code, site.short_name]));
  const moment = (at: string) => momentBeside(Date.parse(at), now);
  const unmappedColumns: DataColumn<UnmappedItem>[] = [
    {
      key: "field",
      title: "Field",
      sortBy: (row) => row.field,
      cell: (row) => <code>{row.field}</code>,
      text: (row) => row.field,
    },
    { key: "reason", title: "Why", cell: (row) => row.reason, text: (row) => row.reason },
    {
      key: "payloads",
      title: "Payloads",
      note: "sent",
      figure: true,
      sortBy: (row) => row.payloads,
      cell: (row) => (
        <>
          {count(row.payloads)} <small class="quiet">{count(row.times)} times</small>
        </>
      ),
      text: (row) => count(row.payloads),
    },
    {
      key: "last",
      title: "Last",
      figure: true,
      sortBy: (row) => row.last_received_at,
      cell: (row) => moment(row.last_received_at),
      text: (row) => moment(row.last_received_at),
    },
  ];
  const where = (row: WorklistItem) =>
    [row.site && (places.get(row.site) ?? row.site), row.unit].filter(Boolean).join(", ");
  const journeyColumns: DataColumn<WorklistItem>[] = [
    {
      key: "journey",
      title: "Journey",
      note: "pseudonym",
      cell: (row) => <code>{row.journey}</code>,
      text: (row) => row.journey,
    },
    { key: "where", title: "Where", sortBy: where, cell: where, text: where },
    {
      key: "reason",
      title: "Why",
      sortBy: (row) => row.reason,
      cell: (row) => (row.reason === "stale" ? "silent too long" : "left, time unknown"),
      text: (row) => row.reason,
    },
    {
      key: "last",
      title: "Last event",
      note: "ago",
      figure: true,
      sortBy: (row) => row.last_event_at,
      cell: (row) => age(now - Date.parse(row.last_event_at)),
      text: (row) => row.last_event_at,
    },
  ];
  return (
    <>
      <DataTable
        id="unmapped"
        title="Codes that are not configured"
        columns={unmappedColumns}
        rows={unmapped.items}
        rowKey={(row) => `${row.field} ${row.reason}`}
        need={(row) => row.payloads}
        now={now}
        empty={said(unmapped, "Every code that came is configured.")}
      />
      <More pages={unmapped} />
      <DataTable
        id="journeys"
        title={`Journeys to look at${journeys.total ? `, ${count(journeys.total)}` : ""}`}
        columns={journeyColumns}
        rows={journeys.items}
        rowKey={(row) => row.journey}
        now={now}
        empty={said(journeys, "No journey of this feed is silent too long, or missing from a later list.")}
      />
      <More pages={journeys} again />
    </>
  );
}

/** What an empty list says: that it is being read, could not be, or is empty. */
export function said<Item>(pages: Pages<Item>, empty: string): string {
  if (pages.state === "reading") return "Reading.";
  return pages.state === "failed"
    ? "It could not be read. It is asked for again when the page is opened."
    : empty;
}

/** The next page of a list, and reading it again. */
export function More<Item>({ pages, again }: { pages: Pages<Item>; again?: boolean }) {
  if (!pages.more && !again) return null;
  return (
    <p class="feed-more no-print">
      {pages.more && (
        <button type="button" onClick={pages.more}>
          More
        </button>
      )}
      {again && (
        <button type="button" onClick={pages.again}>
          Read again
        </button>
      )}
    </p>
  );
}
