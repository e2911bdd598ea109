/** What a log calls a session: the beginning of its id. The whole id would let whoever reads the log take part in it. */
export function sessionTag(id: string): string {
  return id.slice(0, 8)
}
