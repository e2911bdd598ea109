import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './program.ts'

export const codex: Program = {
  name: 'Codex',
  prepare({ home, modelUrl, busbar, callLimitMs }) {
    const folder = join(home, '.codex')
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, 'config.toml'),
      `model = "scripted-model"
model_provider = "scripted"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.scripted]
name = "Scripted model"
base_url = "${modelUrl}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"

[mcp_servers.busbar]
url = "${busbar.url}"
http_headers = { Authorization = "Bearer ${busbar.token}" }
${callLimitMs === undefined ? '' : `tool_timeout_sec = ${String(callLimitMs / 1000)}`}
`,
    )
    return {
      bin: 'codex',
      args: [
        ...['exec', '--skip-git-repo-check', '--json', '--dangerously-bypass-approvals-and-sandbox'],
        'Work in Blender.',
      ],
      env: { CODEX_HOME: folder, SCRIPTED_KEY: 'no-key' },
    }
  },
  answerIn: (shown) => shown.replace(/^Wall time: [\d.]+ seconds\nOutput:\n?/, ''),
}
