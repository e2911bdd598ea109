/** What bytes are kept for on behalf of a user, in the order in which the status page lists them. */
export const memoryKinds = ['mailboxes', 'jobs', 'clients', 'subscriptions', 'requests', 'output'] as const

/** What each kind is called on the screen. */
export const memoryKindNames = {
  mailboxes: 'Waiting messages',
  jobs: 'Jobs and results',
  clients: 'Clients',
  subscriptions: 'Subscriptions',
  requests: 'Requests',
  output: 'Unread answers',
} as const satisfies Record<(typeof memoryKinds)[number], string>

export type MemoryKind = (typeof memoryKinds)[number]
