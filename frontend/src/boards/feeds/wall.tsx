import type { FeedBoard } from "../../api/types";
import { count } from "../../format/number";
import { StateMark } from "./state-mark";
import { kafkaInWords, lastInWords, refusedInWords, usualInWords } from "./words";

/** The most feeds that a wall has room for. */
const MOST = 10;

/** The feeds for a wall: which of them cannot be relied on now, and whether what they sent by Kafka is taken in. */
export function FeedsWall({
  rows,
  kafka,
  now,
}: {
  rows: FeedBoard["items"];
  kafka: FeedBoard["kafka"];
  now: number;
}) {
  const way = kafka && kafkaInWords(kafka);
  const shown = rows.slice(0, MOST);
  const more = rows.length - shown.length;
  return (
    <>
      <h2 id="feeds-wall">Feeds, the worst first {more > 0 && <span>{count(more)} more not shown</span>}</h2>
      <table class="feeds-wall" aria-labelledby="feeds-wall">
        <thead>
          <tr>
            <th scope="col">Feed</th>
            <th scope="col">State</th>
            <th scope="col">Last event</th>
            <th scope="col">Usual now</th>
            <th scope="col" class="feeds-figure">
              Refused, 24 h
            </th>
            <th scope="col" class="feeds-figure">
              In quarantine
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.code} data-state={row.state}>
              <th scope="row">{row.name}</th>
              <td>
                <StateMark state={row.state} />
              </td>
              <td>{lastInWords(row, now)}</td>
              <td>{usualInWords(row)}</td>
              <td class="feeds-figure">{refusedInWords(row)}</td>
              <td class="feeds-figure">{count(row.quarantined)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {way && (
        <p class="feeds-wall-kafka">
          <StateMark state={way.state} words="Kafka" /> {way.words}
        </p>
      )}
    </>
  );
}
