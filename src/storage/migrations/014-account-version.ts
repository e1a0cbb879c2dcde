/** So that of two who change a help desk's settings the second is told what the first did (`If-Match`). */
export function statements(): string[] {
  return ["alter table accounts add column version integer not null default 1"];
}
