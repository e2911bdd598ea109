/**
 * Forgets the oldest entries of a map or set until it holds `max` at most. Both keep the order of insertion, so who
 * wants an entry to count as new deletes it first.
 *
 * @returns how many were forgotten
 */
export function keepNewest<Key>(kept: Map<Key, unknown> | Set<Key>, max: number): number {
  let forgotten = 0
  for (const oldest of kept.keys()) {
    if (kept.size <= max) break
    kept.delete(oldest)
    forgotten += 1
  }
  return forgotten
}
