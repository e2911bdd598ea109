/**
 * What a panel may ask of the main process, and all it ever sees of it. Both shells serve this one contract:
 * Electron over a message port, `busbar serve` over a WebSocket.
 *
 * Every `watch` takes a `watchId` of the caller's choosing (unique on its connection) and holds back the next
 * event until the last one was acknowledged through `feed.ack`. So a panel that cannot keep up gets fewer,
 * larger events, and nothing queues up for it.
 */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import {
  logDetailSchema,
  logEventSchema,
  logFilterSchema,
  logPageSchema,
  logQuerySchema,
} from './activity.ts'
import {
  approvalAnswerSchema,
  approvalDetailSchema,
  approvalPolicySchema,
  approvalsEventSchema,
} from './approvals.ts'
import { blockInputSchema, blockSchema, listedBlockSchema } from './blocks.ts'
import { clientDetailSchema } from './client-detail.ts'
import { clientRefSchema, clientsEventSchema } from './clients.ts'
import { addonPackageSchema, connectInfoSchema } from './connect.ts'
import {
  endableBlenderSchema,
  endBlenderOutcomeSchema,
  jobCancelOutcomeSchema,
  jobDetailSchema,
  jobRefSchema,
  jobRepeatOutcomeSchema,
  jobsEventSchema,
  jobTextInputSchema,
} from './jobs.ts'
import { forgetOutcomeSchema } from './forget.ts'
import { pausedBusSchema, pauseSchema, resumeInputSchema, stopOutcomeSchema } from './pauses.ts'
import { pictureOutcomeSchema, pictureRequestSchema, pictureSchema } from './pictures.ts'
import { rateWindowSchema, ratesSchema } from './rates.ts'
import { messageInputSchema, messageOutcomeSchema } from './messages.ts'
import { settingChangeSchema, settingOutcomeSchema, settingsSchema } from './settings.ts'
import { statusSchema } from './status.ts'
import { tokenCreationSchema, tokenInfoSchema, tokenInputSchema } from './tokens.ts'
import { programRefSchema, troubleSchema } from './troubles.ts'
import { unregisterInputSchema, unregisterResultSchema } from './unregister.ts'

const watchInput = z.object({ watchId: z.string().min(1).max(64) })

export const panelContract = {
  feed: {
    /** Lets the next event of that watch come. Unknown ids are ignored: the watch has just ended. */
    ack: oc.input(watchInput).output(z.void()),
  },
  status: {
    /** An event at least every 2 seconds: a panel that hears none for 8 knows that the connection is dead. */
    watch: oc.input(watchInput).output(eventIterator(statusSchema)),
    /** Answers at once; its round trip is what the panel shows. */
    ping: oc.output(z.void()),
  },
  clients: {
    watch: oc.input(watchInput).output(eventIterator(clientsEventSchema)),
    inspect: oc
      .input(watchInput.extend({ client: clientRefSchema }))
      .output(eventIterator(clientDetailSchema.nullable())),
    /** Deletes all that is kept about it and its program. A panel that came with a token is refused. */
    forget: oc.input(clientRefSchema).output(forgetOutcomeSchema),
    /** Force-unregisters clients, one result for each in the order given. */
    unregister: oc.input(unregisterInputSchema).output(z.array(unregisterResultSchema)),
  },
  jobs: {
    watch: oc.input(watchInput).output(eventIterator(jobsEventSchema)),
    /** Null once the bus has forgotten the job. */
    detail: oc.input(jobRefSchema).output(jobDetailSchema.nullable()),
    /** What a detail cuts, whole. Null once the bus has forgotten the job. */
    text: oc.input(jobTextInputSchema).output(z.object({ text: z.string() }).nullable()),
    cancel: oc.input(jobRefSchema).output(z.object({ outcome: jobCancelOutcomeSchema })),
    /**
     * Where a job does not stop, its Blender, if it can be ended from here; null anywhere else. A panel that came with a
     * token is refused.
     */
    endable: oc.input(jobRefSchema).output(endableBlenderSchema.nullable()),
    /** Ends that Blender's process. Refused in the same way. */
    endBlender: oc.input(jobRefSchema).output(endBlenderOutcomeSchema),
    /** Sends the same payload along the same routing as a new job, whose updates go to nobody but the panel. */
    repeat: oc.input(jobRefSchema).output(jobRepeatOutcomeSchema),
  },
  pauses: {
    watch: oc.input(watchInput).output(eventIterator(z.array(pauseSchema))),
    /** Stops all work, and pauses all programs of models until `resume` with the program null. */
    stopAll: oc.input(pausedBusSchema).output(stopOutcomeSchema),
    /** Pauses the program of a client, by its name and token. False where that has no session now. */
    pause: oc.input(clientRefSchema).output(z.object({ paused: z.boolean() })),
    /** False where there was no such pause. */
    resume: oc.input(resumeInputSchema).output(z.object({ resumed: z.boolean() })),
  },
  troubles: {
    /** Programs that send the same failing call again and again, or flood: those of the last two minutes. */
    watch: oc.input(watchInput).output(eventIterator(z.array(troubleSchema))),
    /** False where it is not named (any more). */
    pause: oc.input(programRefSchema).output(z.object({ paused: z.boolean() })),
    /** Names it no more until it is in trouble again. */
    dismiss: oc.input(programRefSchema).output(z.object({ dismissed: z.boolean() })),
  },
  pictures: {
    /**
     * Asks a Blender for a picture of its viewport, unless that would be in its way. One is taken of a client at a time,
     * however many ask.
     */
    take: oc.input(pictureRequestSchema).output(pictureOutcomeSchema),
    /** The last one that is kept of a client, without asking it for any. */
    last: oc.input(clientRefSchema).output(pictureSchema.nullable()),
  },
  messages: {
    /** Sends to one client as the operator (`server:<user_id>`). */
    send: oc.input(messageInputSchema).output(messageOutcomeSchema),
  },
  blocks: {
    watch: oc.input(watchInput).output(eventIterator(z.array(listedBlockSchema))),
    add: oc.input(blockInputSchema).output(blockSchema),
    /** By the block's id, or a client's by its bus and uuid. False where there was no such block. */
    lift: oc
      .input(z.union([z.object({ id: z.string() }), clientRefSchema]))
      .output(z.object({ lifted: z.boolean() })),
  },
  approvals: {
    watch: oc.input(watchInput).output(eventIterator(approvalsEventSchema)),
    /** All of the code and the targets of a request. Null once it does not wait any more. */
    detail: oc.input(z.object({ id: z.string() })).output(approvalDetailSchema.nullable()),
    /** `gone`: it was answered, denied by the clock or withdrawn before. */
    answer: oc.input(approvalAnswerSchema).output(z.object({ outcome: z.enum(['answered', 'gone']) })),
    /** Takes back what a program was allowed for a time. False where that is over. */
    takeBack: oc.input(z.object({ id: z.string() })).output(z.object({ takenBack: z.boolean() })),
    policy: {
      get: oc.output(approvalPolicySchema),
      /** Kept over restarts. A panel that came with a token is refused. */
      set: oc.input(approvalPolicySchema).output(approvalPolicySchema),
    },
  },
  activity: {
    /** A page of the log. Its entries are empty while no activity log is kept. */
    list: oc.input(logQuerySchema).output(logPageSchema),
    /** The last id before a moment (Unix seconds): `after` it lies what happened since. Null where nothing is older. */
    seek: oc.input(z.object({ at: z.number() })).output(z.object({ id: z.number().int().nullable() })),
    /** The log as it grows: the newest page, then what is new. Works while none is kept too. */
    watch: oc.input(watchInput.extend({ filter: logFilterSchema })).output(eventIterator(logEventSchema)),
    /** The charts, again every second. A panel of one user gets those of its bus. */
    rates: oc.input(watchInput.extend({ window: rateWindowSchema })).output(eventIterator(ratesSchema)),
    /** Null where the entry is not kept (any more). */
    detail: oc.input(z.object({ id: z.number().int() })).output(logDetailSchema.nullable()),
  },
  /** For the person who runs the server; a panel that came with a token is refused. */
  tokens: {
    list: oc.output(z.array(tokenInfoSchema)),
    /** The answer is the only time that the token is shown. `refused` says why there is none. */
    create: oc.input(tokenInputSchema).output(tokenCreationSchema),
    /** Ends the sessions and panels that use it. False where there was no such token. */
    revoke: oc.input(z.object({ id: z.string() })).output(z.object({ revoked: z.boolean() })),
  },
  /** Times and limits of the server. What is set holds from the next start on. */
  settings: {
    get: oc.output(settingsSchema),
    /** A panel that came with a token is refused. */
    set: oc.input(settingChangeSchema).output(settingOutcomeSchema),
  },
  connect: {
    info: oc.output(connectInfoSchema),
    /** Null where this program was started from sources and the add-on was never built. */
    addon: oc.output(addonPackageSchema.nullable()),
    /** The local user's token, asked for only when a person wants to copy it. */
    token: oc.output(z.object({ token: z.string() })),
  },
}
