import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './program.ts'

export const openCode: Program = {
  name: 'OpenCode',
  prepare({ home, modelUrl, busbar, callLimitMs }) {
    const folder = join(home, '.config/opencode')
    mkdirSync(folder, { recursive: true })
    const headers = { Authorization: `Bearer ${busbar.token}` }
    writeFileSync(
      join(folder, 'opencode.json'),
      JSON.stringify({
        autoupdate: false,
        share: 'disabled',
        permission: 'allow',
        model: 'scripted/scripted-model',
        provider: {
          scripted: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `${modelUrl}/v1`, apiKey: 'no-key' },
            models: {
              'scripted-model': {
                tool_call: true,
                attachment: true,
                modalities: { input: ['text', 'image'], output: ['text'] },
                limit: { context: 200_000, output: 8000 },
              },
            },
          },
        },
        mcp: {
          busbar: {
            type: 'remote',
            url: busbar.url,
            headers,
            enabled: true,
            oauth: false,
            timeout: callLimitMs,
          },
        },
      }),
    )
    return {
      bin: 'opencode',
      args: ['run', '--print-logs', '--format', 'json', 'Work in Blender.'],
      env: {
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
        OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      },
    }
  },
  answerIn: (shown) => shown,
}
