import { CopyButton } from '../ui/CopyButton.tsx'
import { useLive } from '../panel/panel-context.ts'
import { CopyLine } from './CopyLine.tsx'
import styles from './Help.module.css'
import { claudeCommand, tokenPlaceholder } from './program-commands.ts'
import { useConnectInfo, useToken } from './use-connect.ts'

/** How an LLM program gets onto the bus. */
export function ConnectProgramHelp({ heading: Heading }: { heading: 'h2' | 'h3' }) {
  const info = useConnectInfo()
  const live = useLive()
  const token = useToken()
  const url = info?.url ?? null
  return (
    <div className={styles['help']}>
      <Heading>Plug in an LLM program</Heading>
      <p>Add this MCP server (Streamable HTTP) to it, with the token as bearer token:</p>
      <div className={styles['row']}>
        <CopyLine what="URL" text={url} />
        <CopyButton label="Copy token" text={token} disabled={!live} />
      </div>
      <p>
        For Claude Code, run this line. The copy has the real token in place of{' '}
        <code>{tokenPlaceholder}</code>.
      </p>
      <CopyLine
        what="line"
        text={url === null ? null : claudeCommand(url, tokenPlaceholder)}
        copy={async () => claudeCommand(url ?? '', await token())}
      />
    </div>
  )
}
