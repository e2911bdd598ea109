import {
  Ban,
  CircleCheck,
  CircleX,
  DoorClosed,
  DoorOpen,
  FileWarning,
  KeyRound,
  LogIn,
  LogOut,
  Mail,
  MailX,
  Power,
  RotateCcw,
  Send,
  Shield,
  ShieldCheck,
  ShieldX,
  TriangleAlert,
  Unlock,
  Unplug,
  type LucideIcon,
} from 'lucide-react'
import type { LogKind } from '../../../shared/activity.ts'

const icons: Record<LogKind, LucideIcon> = {
  server_started: Power,
  server_stopped: Power,
  history_gap: FileWarning,
  history_set_aside: FileWarning,
  session_opened: DoorOpen,
  session_closed: DoorClosed,
  client_registered: LogIn,
  client_returned: RotateCcw,
  client_taken_over: RotateCcw,
  client_detached: Unplug,
  client_unregistered: LogOut,
  client_unplugged: Unplug,
  login_refused: Ban,
  blocked_refused: Ban,
  block_set: Ban,
  block_lifted: Unlock,
  blocks_set_aside: FileWarning,
  message_dropped: MailX,
  token_created: KeyRound,
  token_revoked: KeyRound,
  approval_allowed: ShieldCheck,
  approval_denied: ShieldX,
  policy_set: Shield,
  operator_sent: Send,
  message: Mail,
  job_completed: CircleCheck,
  job_failed: CircleX,
  job_cancelled: Ban,
  job_interrupted: TriangleAlert,
}

/** A kind as a picture, in the colour of its row; the word stands beside it. */
export function KindIcon({ kind, size = 13 }: { kind: LogKind; size?: number }) {
  const Icon = icons[kind]
  return <Icon size={size} aria-hidden />
}
