/** What every board says of a store that holds people who are made up. mixed: and events that do not say they are. */
export function whosePeople(mixed: boolean): string {
  return mixed ? "Synthetic people and others" : "Synthetic people";
}
