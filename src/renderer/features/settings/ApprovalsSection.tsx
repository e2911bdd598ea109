import { useState } from 'react'
import { useStore } from 'zustand'
import type { ApprovalRule } from '../../../shared/approvals.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { PolicyDefault } from '../approvals/PolicyDefault.tsx'
import { OperatorOnlyNote, Row, useMayChange, useShown } from './Row.tsx'
import { RuleForm } from './RuleForm.tsx'
import { modeNames, ruleEntry, ruleText } from '../../model/settings/setting-entries.ts'
import styles from './Settings.module.css'

/** What has to be asked for. */
export function ApprovalsSection() {
  const { approvals, tokens } = usePanel()
  const mayChange = useMayChange()
  const usable = useLive() && mayChange
  const shown = useShown()
  const rules = useStore(approvals.state, ({ policy }) => policy?.rules ?? null)
  const listed = useStore(tokens.state, (state) => state.tokens)
  /** The entry of the rule that is being edited, or that a new one is added. */
  const [editing, setEditing] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useIntent('add a rule', () => setEditing('new'))
  useIntent('edit a rule', ({ entry }) => setEditing(entry))

  const remove = async (rule: ApprovalRule) =>
    setProblem(await approvals.setRules((all) => all.filter((each) => ruleEntry(each) !== ruleEntry(rule))))
  const visible = (rules ?? []).filter((rule) => shown(ruleEntry(rule)))
  return (
    <>
      <OperatorOnlyNote what="the default and the rules" />
      <Row id="default">
        <div className={styles['inline']}>
          <PolicyDefault disabled={!usable} />
        </div>
      </Row>
      <Row id="rules">
        <Button disabled={!usable || editing === 'new'} onClick={() => setEditing('new')}>
          Add a rule…
        </Button>
      </Row>
      <p role="alert" className={styles['problem']}>
        {problem}
      </p>
      {editing === 'new' && <RuleForm rule={null} onDone={() => setEditing(null)} />}
      {rules?.length === 0 && shown('rules') && (
        <p className={styles['note']}>There are no rules: the default holds for everybody.</p>
      )}
      {visible.length > 0 && (
        <ul className={styles['list']} aria-label="Rules">
          {visible.map((rule) => {
            const id = ruleEntry(rule)
            const text = ruleText(rule, listed)
            const name = visibleText(text)
            if (editing === id) {
              return (
                <li key={id} className={styles['editing']}>
                  <RuleForm rule={rule} onDone={() => setEditing(null)} />
                </li>
              )
            }
            return (
              <li key={id}>
                <ClientText className={styles['who']} text={text} />
                <span className={styles['why']}>{modeNames[rule.mode]}</span>
                <Button
                  disabled={!usable}
                  aria-label={`Edit the rule for ${name}`}
                  onClick={() => setEditing(id)}
                >
                  Edit…
                </Button>
                <Button
                  disabled={!usable}
                  aria-label={`Delete the rule for ${name}`}
                  onClick={() => void remove(rule)}
                >
                  Delete
                </Button>
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}
