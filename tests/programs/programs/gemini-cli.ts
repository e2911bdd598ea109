import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './program.ts'

export const geminiCli: Program = {
  name: 'Gemini CLI',
  prepare({ home, modelUrl, busbar, callLimitMs }) {
    const folder = join(home, '.gemini')
    mkdirSync(folder, { recursive: true })
    const headers = { Authorization: `Bearer ${busbar.token}` }
    writeFileSync(
      join(folder, 'settings.json'),
      JSON.stringify({
        mcpServers: { busbar: { url: busbar.url, type: 'http', headers, timeout: callLimitMs } },
        security: { auth: { selectedType: 'gemini-api-key' } },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
      }),
    )
    return {
      bin: 'gemini',
      args: [
        ...['-p', 'Work in Blender.', '-m', 'gemini-2.5-pro', '-y', '--skip-trust'],
        ...['--output-format', 'stream-json'],
      ],
      env: {
        GEMINI_API_KEY: 'no-key',
        GOOGLE_GEMINI_BASE_URL: modelUrl,
        // It tries to raise its memory by starting itself again.
        GEMINI_CLI_NO_RELAUNCH: 'true',
      },
    }
  },
  answerIn(shown) {
    const result = /^<untrusted_context>\n(.*)\n<\/untrusted_context>/s.exec(shown)?.[1]
    if (result !== undefined) return result
    const failure = / reported tool error for function call: .* with response: (\[.*\])$/s.exec(shown)?.[1]
    if (failure === undefined) return shown
    const [part] = JSON.parse(failure) as [
      { functionResponse: { response: { content?: { text: string }[]; error?: { message: string } } } },
    ]
    const { content, error } = part.functionResponse.response
    return content?.[0]?.text ?? error?.message ?? failure
  },
}
