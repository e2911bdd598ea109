import { isBeingCancelled } from '../model/jobs/job-state-text.ts'
import { createWatchIds, followWatch, type Watch } from '../connection/follow-watch.ts'
import { createConnection, type Connection, type LinkSession } from '../connection/connection.ts'
import { createServerClock, type ServerClock } from '../connection/server-clock.ts'
import type { Timers } from '../connection/timers.ts'
import type { PageVisibility } from '../connection/page-visibility.ts'
import { createWhileLive } from '../connection/while-live.ts'
import { createLog, type Log } from '../model/activity/log-store.ts'
import { createRateCharts, type RateCharts } from '../model/activity/rates-store.ts'
import { createApprovals, type Approvals } from '../model/approvals/approvals-store.ts'
import { createBlocks, type Blocks } from '../model/blocks/blocks-store.ts'
import { createPauses, type Pauses } from '../model/pauses/pauses-store.ts'
import { createTroubles, type Troubles } from '../model/troubles/troubles-store.ts'
import { createClients, type Clients, type ClientsState } from '../model/clients/clients-store.ts'
import { keysOfGroup } from '../model/clients/client-groups.ts'
import { listsOf } from '../model/clients/client-order.ts'
import { createSavedViews, type SavedViews } from '../model/clients/saved-views.ts'
import { clientsLayoutSchema, savedViewsSchema, withChanges } from '../model/clients/clients-layout.ts'
import { createSelection, type Selection } from '../model/clients/selection.ts'
import {
  createInspectorPins,
  pinsMax,
  rememberedPinsSchema,
  type InspectorPins,
} from '../model/inspector/inspector-pins.ts'
import { createForget, type Forget } from '../model/forget/forget.ts'
import { createInspector, type Inspector } from '../model/inspector/inspector-store.ts'
import { jobSortsSchema } from '../model/jobs/job-sorts.ts'
import { newestFirst } from '../model/jobs/jobs-order.ts'
import { createJobs, type Jobs } from '../model/jobs/jobs-store.ts'
import type { ImageHost } from '../model/pictures/image-host.ts'
import { createPictures, type Pictures } from '../model/pictures/pictures-store.ts'
import { createCompose, type Compose } from '../model/send/compose-store.ts'
import { createServerSettings, type ServerSettings } from '../model/settings/server-settings-store.ts'
import { createTokens, type Tokens } from '../model/settings/tokens-store.ts'
import { createStatus, type StatusState } from '../model/status/status-store.ts'
import { reasonsSchema } from '../model/unregister/remembered-reasons.ts'
import { createUpdate, type Update, type UpdatePorts } from '../model/update/update-store.ts'
import { createUnregister, type Unregister } from '../model/unregister/unregister-store.ts'
import type { LogFilter } from '../../shared/activity.ts'
import type { PanelClient } from '../../shared/clients.ts'
import { isTerminal } from '../../shared/protocol.ts'
import { createToasts, type Toasts } from '../model/toasts/toasts.ts'
import type { SafeStorage } from '../settings/safe-storage.ts'
import { createStoredValue } from '../settings/stored-value.ts'
import { createIntents, type Intents } from './intents.ts'
import type { StoreApi } from 'zustand/vanilla'

/** Everything the panel knows and can do, without a component in it. */
export interface Panel {
  readonly connection: Connection
  readonly clock: ServerClock
  readonly status: StoreApi<StatusState>
  readonly clients: Clients
  readonly savedViews: SavedViews
  readonly selection: Selection
  /** The one that follows the selection. */
  readonly inspector: Inspector
  readonly pins: InspectorPins
  readonly compose: Compose
  readonly unregister: Unregister
  readonly pictures: Pictures
  readonly update: Update
  readonly jobs: Jobs
  readonly jobSelection: Selection
  /** The log of the view of that name. */
  readonly log: Log
  /** Another look at the log, of which a part of the filter always holds. */
  newLog: (fixed: LogFilter) => Log
  readonly rateCharts: RateCharts
  readonly blocks: Blocks
  readonly pauses: Pauses
  readonly troubles: Troubles
  readonly approvals: Approvals
  /** Deletes what is kept about a client. */
  readonly forget: Forget
  readonly tokens: Tokens
  readonly serverSettings: ServerSettings
  readonly toasts: Toasts
  /** What the palette wants of a view. */
  readonly intents: Intents
  /** Clients as shown, both lists one after the other. */
  rowOrder: () => readonly string[]
  /** Selects all shown clients that stand in one group with this one. */
  selectGroup: (key: string) => void
  /** Opens the unregister dialog for the selected clients, or the given one. */
  askUnregister: (key?: string) => void
  /** The same for every client of which this holds, shown or not. */
  askUnregisterWhere: (holds: (client: PanelClient) => boolean) => void
  /** The same for every client that passes the filter. */
  askUnregisterShown: () => void
  /** Opens the form that writes to this client. */
  writeTo: (key: string) => void
  /** What pinning this client means: all that are selected with it. */
  keysToPin: (key: string) => readonly string[]
  /** Pins these clients, or unpins them where all of them are pinned. */
  pinOrUnpin: (keys: readonly string[]) => void
  /** Opens a job in full, and stands on it in the list. */
  openJob: (key: string) => void
  /** Asks to drop the selected jobs that have not ended. */
  cancelSelectedJobs: () => void
  close: () => void
}

const pingEveryMs = 5_000
/** How often rows that moved under a volatile sort order are put in their places. */
const settleEveryMs = 2_000

export interface PanelPorts {
  timers: Timers
  /** Resolves when the browser has drawn what is pending; the next event of a feed waits for it. */
  drawn: () => Promise<void>
  /** Where the panel remembers how a person laid it out. */
  storage: SafeStorage
  /** Where it remembers what holds for this window only. */
  windowStorage: SafeStorage
  images: ImageHost
  sight: PageVisibility
  page: Pick<UpdatePorts, 'losesSomething' | 'reload'> & { version: UpdatePorts['pageVersion'] }
}

/** Puts the panel together. It does nothing until `connection.connect` is called. */
export function createPanel(ports: PanelPorts): Panel {
  const { timers, drawn, storage, windowStorage, images, sight, page } = ports
  const watchIds = createWatchIds()
  const toasts = createToasts()
  const clock = createServerClock(timers)
  const status = createStatus()
  const update = createUpdate({
    pageVersion: page.version,
    sight,
    // A page that is reloaded while nothing answers is lost as a whole.
    losesSomething: () => api() === null || page.losesSomething(),
    reload: page.reload,
    storage: windowStorage,
  })
  const layout = createStoredValue(storage, 'busbar.clients', clientsLayoutSchema)
  const clients = createClients(layout.read() ?? undefined)
  // What is sorted and put together how is what this tab looks at now: another one changes nothing of that here.
  layout.follow(({ columns, widths }) => clients.arrange({ columns, widths }))
  const savedViews = createSavedViews(
    clients,
    createStoredValue(storage, 'busbar.views', savedViewsSchema),
    toasts,
  )
  const selection = createSelection()
  const connection = createConnection({ timers, onLink })
  const api = () => connection.api()
  const jobSorts = createStoredValue(storage, 'busbar.jobs', jobSortsSchema)
  const jobs = createJobs({
    api,
    toasts,
    now: () => clock.state.getState().now,
    sorts: jobSorts.read() ?? newestFirst,
  })
  const jobSelection = createSelection()
  const whileLive = createWhileLive(connection)
  const newLog = (fixed: LogFilter) =>
    createLog(
      {
        whileLive,
        follow: (link, filter, signal, take) =>
          followWatch({
            api: link,
            watchId: watchIds(),
            signal,
            open: (input, options) => link.activity.watch({ ...input, filter }, options),
            take(event) {
              take(event)
              return 'go on'
            },
            settled: drawn,
          }),
        labelOf: (key) => clients.state.getState().byKey.get(key)?.record.label?.trim() || undefined,
      },
      fixed,
    )
  const log = newLog({})
  const rateCharts = createRateCharts({
    whileLive,
    follow: (link, window, signal, take) =>
      followWatch({
        api: link,
        watchId: watchIds(),
        signal,
        open: (input, options) => link.activity.rates({ ...input, window }, options),
        take(rates) {
          take(rates)
          return 'go on'
        },
        settled: drawn,
      }),
  })
  const pauses = createPauses({ api, toasts })
  const troubles = createTroubles({ api, toasts })
  const blocks = createBlocks({ api, toasts, now: () => clock.state.getState().now })
  const approvals = createApprovals({ api, toasts })
  const tokens = createTokens({ api, toasts })
  const serverSettings = createServerSettings({ api })
  const unregister = createUnregister({
    timers,
    api,
    toasts,
    liftBlock: (block, name) => void blocks.lift(block, name),
    reasons: createStoredValue(storage, 'busbar.reasons', reasonsSchema),
  })
  const pictures = createPictures({
    timers,
    api,
    serverNow: () => clock.state.getState().now,
    images,
    sight,
  })
  const newInspector = () =>
    createInspector({
      timers,
      api,
      find: (key) => clients.state.getState().byKey.get(key),
      async follow(link, client, signal, take) {
        const ref = { userId: client.userId, uuid: client.record.uuid }
        await followWatch({
          api: link,
          watchId: watchIds(),
          signal,
          open: (input, options) => link.clients.inspect({ ...input, client: ref }, options),
          take(detail) {
            take(detail)
            return 'go on'
          },
          settled: drawn,
        })
      },
    })
  const compose = createCompose({
    api,
    now: () => clock.state.getState().now,
    job: (key) => jobs.state.getState().byKey.get(key),
  })
  const inspector = newInspector()
  const pins = createInspectorPins({
    main: inspector,
    create: newInspector,
    listReady: () => clients.state.getState().ready,
    remembered: createStoredValue(windowStorage, 'busbar.pins', rememberedPinsSchema),
  })

  const inOrder = ({ shown, layout: { shownAs } }: ClientsState) =>
    listsOf[shownAs].flatMap((list) => shown[list])
  const rowOrder = () => inOrder(clients.state.getState())

  function onLink(session: LinkSession) {
    // Rows of an earlier link are on screen until the new snapshot: until then the link is not live.
    let snapshotTaken = false
    const heard = () => {
      if (snapshotTaken && status.getState().status !== null) session.heard()
    }
    const onSnapshot = () => {
      snapshotTaken = true
      heard()
    }
    const watches = [
      followStatus(session, heard),
      followClients(session, onSnapshot),
      followJobs(session),
      followWhole(session, (input, options) => session.api.blocks.watch(input, options), blocks.replace),
      followWhole(session, (input, options) => session.api.pauses.watch(input, options), pauses.replace),
      followWhole(session, (input, options) => session.api.troubles.watch(input, options), troubles.replace),
      followWhole(
        session,
        (input, options) => session.api.approvals.watch(input, options),
        approvals.replace,
      ),
    ]
    for (const watch of watches) {
      // A feed that ends, however it ends, leaves something on screen that is no longer kept true.
      void watch.then(session.broken, session.broken)
    }
    measureRoundTrips(session)
  }

  /** Follows a watch as long as the link lasts; one whose `take` says stop has missed something and is begun anew. */
  async function follow<Event>(
    { api, signal }: LinkSession,
    watch: Pick<Watch<Event>, 'open' | 'take' | 'settled'>,
  ): Promise<void> {
    let outcome: 'stopped' | 'ended'
    do outcome = await followWatch({ api, signal, watchId: watchIds(), ...watch })
    while (outcome === 'stopped')
  }

  function followStatus(session: LinkSession, heard: () => void) {
    return follow(session, {
      open: (input, options) => session.api.status.watch(input, options),
      take(event) {
        clock.sync(event.now)
        status.setState({ status: event })
        update.heard(event.version)
        heard()
        return 'go on'
      },
    })
  }

  function followClients(session: LinkSession, onSnapshot: () => void) {
    return follow(session, {
      open: (input, options) => session.api.clients.watch(input, options),
      take(event) {
        if (clients.apply(event) === 'gap') return 'stop'
        if (event.type === 'snapshot') onSnapshot()
        return 'go on'
      },
      settled: drawn,
    })
  }

  function followJobs(session: LinkSession) {
    return follow(session, {
      open: (input, options) => session.api.jobs.watch(input, options),
      take: (event) => (jobs.apply(event) === 'gap' ? 'stop' : 'go on'),
      settled: drawn,
    })
  }

  /** Follows a watch whose every event is the whole of what a store holds. */
  function followWhole<Event>(
    session: LinkSession,
    open: Watch<Event>['open'],
    replace: (event: Event) => void,
  ) {
    return follow(session, {
      open,
      take(event) {
        replace(event)
        return 'go on'
      },
      settled: drawn,
    })
  }

  function measureRoundTrips({ api, signal }: LinkSession) {
    const measure = async () => {
      const startedAt = performance.now()
      try {
        await api.status.ping(undefined, { signal })
        status.setState({ roundTripMs: performance.now() - startedAt })
      } catch {
        // The link is gone, or about to be noticed as gone: there is no round trip to show.
        if (!signal.aborted) status.setState({ roundTripMs: null })
      }
      if (!signal.aborted) cancel = timers.after(pingEveryMs, () => void measure())
    }
    // Not at once: the first snapshot is still being drawn, which would be measured too.
    let cancel = timers.after(1_000, () => void measure())
    signal.addEventListener('abort', () => cancel(), { once: true })
  }

  function askAbout(keys: readonly string[]) {
    if (connection.state.getState().kind !== 'live') return
    const { byKey } = clients.state.getState()
    unregister.ask(keys.flatMap((each) => byKey.get(each) ?? []))
  }

  const stops = [
    connection.state.subscribe((state, before) => {
      if (state.kind !== 'live') {
        clock.freeze()
        status.setState({ roundTripMs: null })
      }
      if ((state.kind === 'live') !== (before.kind === 'live')) {
        inspector.linkChanged()
        pins.linkChanged()
        pictures.linkChanged()
      }
    }),
    clients.state.subscribe((state, before) => {
      if (state.shown !== before.shown) selection.keepShown(inOrder(before), inOrder(state))
      if (state.byKey !== before.byKey || state.ready !== before.ready) {
        inspector.listChanged()
        pins.listChanged()
        pictures.keepOnly((key) => state.byKey.has(key))
      }
      if (state.layout !== before.layout)
        layout.change((kept) => withChanges(kept ?? state.layout, before.layout, state.layout))
    }),
    jobs.state.subscribe((state, before) => {
      if (state.shown !== before.shown) jobSelection.keepShown(before.shown, state.shown)
      if (state.sorts !== before.sorts) jobSorts.change(() => [...state.sorts])
    }),
  ]
  stops.push(
    jobs.state.subscribe((state, before) => {
      if (state.byKey !== before.byKey) compose.jobsChanged()
    }),
  )
  let cancelSettle = () => {}
  const settle = () => {
    clients.settleOrder()
    jobs.settleOrder()
    cancelSettle = timers.after(settleEveryMs, settle)
  }
  settle()

  return {
    connection,
    clock,
    status,
    update,
    clients,
    savedViews,
    selection,
    inspector,
    pins,
    compose,
    unregister,
    pictures,
    jobs,
    jobSelection,
    log,
    newLog,
    rateCharts,
    blocks,
    pauses,
    troubles,
    approvals,
    forget: createForget({ api, toasts }),
    tokens,
    serverSettings,
    toasts,
    intents: createIntents(),
    rowOrder,
    selectGroup(key) {
      const { shown, groups, layout } = clients.state.getState()
      for (const list of listsOf[layout.shownAs]) {
        const at = shown[list].indexOf(key)
        const group = at === -1 ? undefined : groups[list].findLast(({ from }) => from <= at)
        if (group !== undefined) selection.selectAll(keysOfGroup(shown[list], group))
      }
    },
    askUnregister(key) {
      const keys =
        key !== undefined ? [key] : rowOrder().filter((each) => selection.state.getState().selected.has(each))
      askAbout(keys)
    },
    askUnregisterWhere(holds) {
      const { byKey } = clients.state.getState()
      askAbout([...byKey.values()].filter(holds).map(({ key }) => key))
    },
    openJob(key) {
      jobSelection.select(jobs.state.getState().shown, key, 'only')
      jobs.open(key)
    },
    cancelSelectedJobs() {
      const { byKey } = jobs.state.getState()
      const chosen = [...jobSelection.state.getState().selected].flatMap((key) => byKey.get(key) ?? [])
      const unfinished = chosen.filter((job) => !isTerminal(job.state) && !isBeingCancelled(job))
      if (unfinished.length > 0) void jobs.cancelAll(unfinished)
    },
    askUnregisterShown: () => askAbout(rowOrder()),
    writeTo(key) {
      inspector.open(key)
      pins.showTab(inspector, 'send')
      inspector.focus('field')
    },
    keysToPin(key) {
      const { selected } = selection.state.getState()
      return selected.has(key) ? rowOrder().filter((each) => selected.has(each)) : [key]
    },
    pinOrUnpin(keys) {
      const pinned = new Set(pins.state.getState().pins.map(({ key }) => key))
      if (keys.every((key) => pinned.has(key))) {
        for (const key of keys) pins.unpin(key)
        return
      }
      if (keys.some((key) => pins.pin(key) === 'full')) {
        toasts.show({
          kind: 'problem',
          text: `No more than ${pinsMax} clients can be pinned at once: unpin one first.`,
        })
      }
    },
    close() {
      cancelSettle()
      for (const stop of stops) stop()
      update.close()
      inspector.close()
      pins.close()
      pictures.close()
      clock.freeze()
      connection.close()
    },
  }
}
