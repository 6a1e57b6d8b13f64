import type { KafkaTopic } from "../../api/types";
import { type DataColumn, DataTable } from "../../components/table/data-table";
import { count } from "../../format/number";
import { momentBeside } from "../../format/time";
import { StateMark } from "./state-mark";
import { topicStateOf } from "./words";

const inWords = { live: "read", delayed: "behind", silent: "not read" };
const needOf = (row: KafkaTopic) => (row.is_read ? 0 : 1e9) + (row.waiting ?? 0) + row.lost;

/** How far the topics of Kafka have been taken in, and what was lost on them or read twice. */
export function Kafka({
  topics,
  unattributed,
  now,
  narrow,
}: {
  topics: KafkaTopic[];
  unattributed: number;
  now: number;
  narrow: boolean;
}) {
  const again = (row: KafkaTopic) =>
    row.read_again_at ? `last ${momentBeside(Date.parse(row.read_again_at), now)}` : "";
  const columns: DataColumn<KafkaTopic>[] = [
    {
      key: "topic",
      title: "Topic",
      sortBy: (row) => row.code,
      cell: (row) => (
        <>
          <code>
            {row.code.split(".", 1)}.<wbr />
            {row.code.slice(row.code.indexOf(".") + 1)}
          </code>{" "}
          <span class="feed-under">{count(row.partitions)} partitions</span>
        </>
      ),
      text: (row) => row.code,
    },
    {
      key: "state",
      title: "Workers",
      sortBy: topicStateOf,
      cell: (row) => <StateMark state={topicStateOf(row)} words={inWords[topicStateOf(row)]} />,
      text: (row) => inWords[topicStateOf(row)],
    },
    {
      key: "waiting",
      title: "Waiting",
      note: "messages",
      figure: true,
      sortBy: (row) => row.waiting,
      cell: (row) => (row.waiting === null ? "not known" : count(row.waiting)),
      text: (row) => (row.waiting === null ? "not known" : count(row.waiting)),
    },
    {
      key: "lost",
      title: "Dropped unread",
      note: "by Kafka",
      figure: true,
      sortBy: (row) => row.lost,
      cell: (row) => count(row.lost),
      text: (row) => count(row.lost),
    },
    {
      key: "again",
      title: "Read again",
      note: "after a restore",
      figure: true,
      sortBy: (row) => row.read_again,
      cell: (row) => (
        <>
          {count(row.read_again)} <span class="feed-under">{again(row)}</span>
        </>
      ),
      text: (row) => [count(row.read_again), again(row)].filter(Boolean).join(", "),
    },
  ];
  // On a phone what has never happened has no column.
  const told = { lost: topics.some((row) => row.lost > 0), again: topics.some((row) => row.read_again > 0) };
  const shown = columns.filter(({ key }) => !narrow || (key !== "lost" && key !== "again") || told[key]);
  return (
    <section class="card">
      <DataTable
        id="kafka"
        title="Kafka"
        level={2}
        columns={shown}
        rows={topics}
        rowKey={(row) => row.code}
        need={needOf}
        now={now}
        empty="No topic has been read yet."
      />
      {unattributed > 0 && (
        <p class="quiet kafka-nameless">
          {count(unattributed)} {unattributed === 1 ? "payload" : "payloads"} in quarantine{" "}
          {unattributed === 1 ? "names" : "name"} no configured source.
        </p>
      )}
    </section>
  );
}
