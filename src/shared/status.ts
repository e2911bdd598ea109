/** The server as a whole: what the status bar, the charts and the list of limits show. */
import { z } from 'zod'
import { memoryKinds } from './memory.ts'

/**
 * Whether the activity log is being kept; `reason` is one sentence for a person where it is `off`. `taking_over`: the
 * history file of an earlier version is being migrated. Until that is done nothing of it can be shown, and what happens
 * waits to be kept.
 */
export const activityLogStateSchema = z.object({
  state: z.enum(['on', 'off', 'taking_over']),
  reason: z.string(),
})
export type ActivityLogState = z.infer<typeof activityLogStateSchema>

/** `name` is what a refusal calls it in `error.data.limit`. Sizes are the largest seen, in bytes. */
const limitSchema = z.object({ name: z.string(), used: z.number(), max: z.number() })

const memoryByKindSchema = z.record(z.enum(memoryKinds), z.number())

/** What is kept on behalf of users, in bytes. */
export const memoryUseSchema = z.object({
  usedBytes: z.number(),
  /** The most that all users together get; in a panel of one user the most that this one gets. */
  maxBytes: z.number(),
  /** The most that one user gets. */
  shareBytes: z.number(),
  byKind: memoryByKindSchema,
  /** Users that something is kept for, most first; in a panel of one user this one alone. */
  users: z.array(z.object({ userId: z.string(), usedBytes: z.number(), byKind: memoryByKindSchema })),
})
export type MemoryUse = z.infer<typeof memoryUseSchema>

export const statusSchema = z.object({
  version: z.string(),
  /** Address LLM programs and Blenders connect to. */
  url: z.string(),
  /** Unix seconds. */
  startedAt: z.number(),
  /** The main process's clock at this event, Unix seconds: the panel's times are relative to it. */
  now: z.number(),
  sessions: z.number().int(),
  /** Sessions that no client is registered by: connected, but not on the bus. */
  sessionsUnregistered: z.number().int(),
  jobsRunning: z.number().int(),
  /** Messages handed to targets in each of the last 60 full seconds, oldest first. */
  messagesPerSecond: z.array(z.number().int()),
  history: activityLogStateSchema,
  memory: memoryUseSchema,
  /** Every bound and how much of it is used; where many have one each (sessions, tokens, buses), the busiest. */
  limits: z.array(limitSchema),
})
export type PanelStatus = z.infer<typeof statusSchema>
