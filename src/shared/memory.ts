/** What bytes are kept for on behalf of a user, in the order in which the status page lists them. */
export const memoryKinds = ['mailboxes', 'jobs', 'subscriptions', 'requests', 'output'] as const

export type MemoryKind = (typeof memoryKinds)[number]
