import { Activity, Cable, List, ListChecks, Monitor, Moon, Settings, ShieldQuestion, Sun } from 'lucide-react'
import { useStore } from 'zustand'
import { countOf } from '../lib/count-text.ts'
import { Sparkline } from '../features/status/Sparkline.tsx'
import { themeChoices, type ThemeChoice } from '../theme/theme.ts'
import styles from './Nav.module.css'
import { useLive, usePanel, useRouter, useTheme } from '../panel/panel-context.ts'
import { placeLink, type View } from '../panel/router.ts'

export function Nav() {
  const { clients, jobs, approvals } = usePanel()
  // Old numbers are not the truth.
  const live = useLive()
  const count = useStore(clients.state, (state) => state.byKey.size)
  const unfinished = useStore(jobs.state, ({ totals }) => totals.pending + totals.running)
  const waiting = useStore(approvals.state, ({ pending }) => pending.length)
  return (
    <nav className={styles['nav']} aria-label="Views">
      <NavLink view="clients" label="Clients" icon={<List size={16} aria-hidden />}>
        {live && (
          <b className="num" translate="no">
            {count}
          </b>
        )}
      </NavLink>
      <NavLink view="jobs" label="Jobs" icon={<ListChecks size={16} aria-hidden />}>
        {live && unfinished > 0 && (
          <b className="num" translate="no" title={`${countOf(unfinished, 'job')} not finished`}>
            {unfinished}
          </b>
        )}
      </NavLink>
      <NavLink view="activity" label="Activity" icon={<Activity size={16} aria-hidden />} />
      <NavLink view="approvals" label="Approvals" icon={<ShieldQuestion size={16} aria-hidden />}>
        {live && waiting > 0 && (
          <b className={`num ${styles['badge']}`} title={`${waiting} waiting for an answer`}>
            {waiting}
          </b>
        )}
      </NavLink>
      <NavLink view="connect" label="Connect" icon={<Cable size={16} aria-hidden />} />
      <div className={styles['foot']}>
        <NavLink view="settings" label="Settings" icon={<Settings size={16} aria-hidden />} />
        <Sparkline />
        <ThemeSwitch />
      </div>
    </nav>
  )
}

interface NavLinkProps {
  view: View
  label: string
  icon: React.ReactNode
  children?: React.ReactNode
}

function NavLink({ view, label, icon, children }: NavLinkProps) {
  const here = useStore(useRouter().state, (state) => state.view === view)
  return (
    <a
      className={styles['link']}
      href={placeLink(view)}
      aria-current={here ? 'page' : undefined}
      title={label}
    >
      {icon}
      <span>{label}</span>
      {children}
    </a>
  )
}

const themeFaces: Record<ThemeChoice, { label: string; icon: React.ReactNode }> = {
  light: { label: 'Light theme', icon: <Sun size={14} aria-hidden /> },
  dark: { label: 'Dark theme', icon: <Moon size={14} aria-hidden /> },
  system: { label: 'Theme of the system', icon: <Monitor size={14} aria-hidden /> },
}

function ThemeSwitch() {
  const theme = useTheme()
  const chosen = useStore(theme.state, (state) => state.choice)
  return (
    <div className={styles['themes']} role="group" aria-label="Theme">
      {themeChoices.map((choice) => (
        <button
          key={choice}
          type="button"
          aria-label={themeFaces[choice].label}
          title={themeFaces[choice].label}
          aria-pressed={choice === chosen}
          onClick={() => theme.choose(choice)}
        >
          {themeFaces[choice].icon}
        </button>
      ))}
    </div>
  )
}
