import { useEffect, useId, useState } from 'react'
import { useStore } from 'zustand'
import { defaultMode, ruleFor } from '../../../shared/approval-rules.ts'
import {
  approvalModeSchema,
  type ApprovalMode,
  type ApprovalPolicy,
  type ApprovalRule,
} from '../../../shared/approvals.ts'
import type { SessionFacts } from '../../../shared/client-detail.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { BlockForm } from '../settings/BlockForm.tsx'
import { OperatorOnlyNote, useMayChange } from '../settings/Row.tsx'
import { modeNames, ruleEntry, ruleText, tokenName } from '../../model/settings/setting-entries.ts'
import { DetailPending } from './DetailPending.tsx'
import { Fact, Facts } from '../../widgets/Facts.tsx'
import { useInspector } from './inspector-context.ts'
import type { TabProps } from '../../model/inspector/inspector-tabs.ts'
import styles from './PolicyTab.module.css'

/** What this client may do, which rule says so, and the ways to change it. */
export function PolicyTab({ client, current }: TabProps) {
  const { approvals, tokens, serverSettings } = usePanel()
  const inspector = useInspector()
  const live = useLive()
  const mayChange = useMayChange()
  const detail = useStore(inspector.state, (state) => state.detail)
  const policy = useStore(approvals.state, (state) => state.policy)
  const [blocking, setBlocking] = useState(false)
  useIntent(
    'block a client',
    () => setBlocking(true),
    ({ key }) => key === client.key,
  )
  useEffect(() => {
    if (live) void serverSettings.load()
  }, [live, serverSettings])
  useEffect(() => {
    if (live && mayChange) void tokens.load()
  }, [live, mayChange, tokens])
  if (detail === null || policy === null) return <DetailPending />
  return (
    <div className={styles['tab']}>
      <InForce client={client} session={detail.session} policy={policy} />
      <OperatorOnlyNote what="rules" />
      <ClientRules client={client} policy={policy} usable={live && mayChange} />
      <SetRule client={client} session={detail.session} usable={live && mayChange} />
      <section aria-label="Block">
        {blocking ? (
          <BlockForm
            client={{ userId: client.userId, uuid: client.record.uuid }}
            onDone={() => setBlocking(false)}
          />
        ) : (
          <Button kind="danger" disabled={!current} onClick={() => setBlocking(true)}>
            Block this client…
          </Button>
        )}
      </section>
    </div>
  )
}

/** What becomes of what it asks for, tools apart that have a rule of their own. */
function InForce({
  client,
  session,
  policy,
}: {
  client: PanelClient
  session: SessionFacts | null
  policy: ApprovalPolicy
}) {
  const { tokens } = usePanel()
  const mayChange = useMayChange()
  const listed = useStore(tokens.state, (state) => state.tokens)
  if (session === null) {
    return (
      <p className={styles['note']}>
        It has no session. What it may do also depends on the token that it will come with.
      </p>
    )
  }
  if (!mayChange) {
    return (
      <p className={styles['note']}>
        Rules that name no client of this user are not shown here, so what holds can’t be told.
      </p>
    )
  }
  const asks = {
    userId: client.userId,
    senders: session.clients,
    tokenId: session.tokenId,
    targets: [],
    tool: null,
  }
  const { mode, rule } = ruleFor(policy, asks, defaultMode(policy, session.asksByToken))
  return (
    <Facts>
      <Fact name="May read">{mode === 'deny' ? 'no' : 'at once'}</Fact>
      <Fact name="May change">{changeTexts[mode]}</Fact>
      <Fact name="Because of" wrap>
        {rule === null ? (
          'the default: no rule fits it'
        ) : (
          <>
            the rule for <ClientText text={ruleText(rule, listed)} />
          </>
        )}
      </Fact>
      <Fact name="Token">
        <ClientText text={tokenName(session.tokenId, listed)} />
      </Fact>
    </Facts>
  )
}

const changeTexts: Record<ApprovalMode, string> = {
  allow: 'at once',
  ask: 'when a person allows it',
  'read-only': 'no',
  deny: 'no',
}

interface RulesProps {
  client: PanelClient
  usable: boolean
}

function ClientRules({ client, policy, usable }: RulesProps & { policy: ApprovalPolicy }) {
  const { approvals, tokens } = usePanel()
  const listed = useStore(tokens.state, (state) => state.tokens)
  const [problem, setProblem] = useState<string | null>(null)
  const rules = policy.rules.filter((rule) => names(rule, client))
  const remove = async (rule: ApprovalRule) =>
    setProblem(await approvals.setRules((all) => all.filter((each) => ruleEntry(each) !== ruleEntry(rule))))
  return (
    <section aria-label="Rules for this client">
      <h3>Rules for this client</h3>
      <p className={styles['help']}>They hold for what it asks for, and for what is asked of it.</p>
      {rules.length === 0 ? (
        <p className={styles['help']}>None.</p>
      ) : (
        <ul>
          {rules.map((rule) => (
            <li key={ruleEntry(rule)}>
              <span className={styles['mode']}>
                {modeNames[rule.mode]}
                <ClientText text={partsBeside(rule, (id) => tokenName(id, listed))} />
              </span>
              <Button
                disabled={!usable}
                aria-label={`Remove the rule: ${visibleText(modeNames[rule.mode])}`}
                onClick={() => void remove(rule)}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <p role="alert" className={styles['problem']}>
        {problem}
      </p>
    </section>
  )
}

function SetRule({ client, session, usable }: RulesProps & { session: SessionFacts | null }) {
  const { approvals } = usePanel()
  const [mode, setMode] = useState<ApprovalMode>('ask')
  const [problem, setProblem] = useState<string | null>(null)
  const id = useId()
  const set = async () => {
    const allows = mode === 'allow'
    const tokenId = allows ? (session?.tokenId ?? null) : null
    if (allows && tokenId === null) {
      setProblem('It has no session, so its token is not known: a rule that allows names the token too.')
      return
    }
    const { uuid, client_type } = client.record
    const role = !allows ? null : client_type === 'blender' ? 'target' : 'sender'
    const rule: ApprovalRule = {
      client: { userId: client.userId, uuid, tokenId, as: role },
      token: null,
      tool: null,
      mode,
    }
    // One rule says what holds for it; those for single tools stay.
    const own = (each: ApprovalRule) => names(each, client) && each.tool === null && each.token === null
    setProblem(await approvals.setRules((all) => [...all.filter((each) => !own(each)), rule]))
  }
  return (
    <form
      className={styles['set']}
      aria-label="Set a rule"
      onSubmit={(event) => {
        event.preventDefault()
        void set()
      }}
    >
      <label htmlFor={id}>From now on</label>
      <select
        id={id}
        disabled={!usable}
        value={mode}
        onChange={({ target }) => setMode(approvalModeSchema.parse(target.value))}
      >
        {approvalModeSchema.options.map((each) => (
          <option key={each} value={each}>
            {modeNames[each]}
          </option>
        ))}
      </select>
      <Button type="submit" disabled={!usable}>
        Set rule
      </Button>
      {mode === 'allow' && (
        <p className={styles['help']}>
          {client.record.client_type === 'blender'
            ? 'This holds for what is asked of it. '
            : 'This holds for what it asks for. '}
          It holds together with its token only: any program may call itself by this uuid.
        </p>
      )}
      <p role="alert" className={styles['problem']}>
        {problem}
      </p>
    </form>
  )
}

function names({ client }: ApprovalRule, { userId, record }: PanelClient): boolean {
  return client !== null && client.userId === userId && client.uuid === record.uuid
}

function partsBeside({ client, token, tool }: ApprovalRule, nameOf: (tokenId: string) => string): string {
  const own = client?.tokenId ?? null
  return [
    client?.as === 'sender' ? ', for what it asks' : '',
    client?.as === 'target' ? ', for what is asked of it' : '',
    own === null ? '' : ` with the token ${nameOf(own)}`,
    token === null ? '' : `, asked by the token ${nameOf(token)}`,
    tool === null ? '' : ` for ${tool}`,
  ].join('')
}
