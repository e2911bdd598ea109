import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './program.ts'

export const claudeCode: Program = {
  name: 'Claude Code',
  prepare({ home, modelUrl, busbar, callLimitMs }) {
    const config = join(home, 'mcp.json')
    const headers = { Authorization: `Bearer ${busbar.token}` }
    writeFileSync(
      config,
      JSON.stringify({ mcpServers: { busbar: { type: 'http', url: busbar.url, headers } } }),
    )
    return {
      bin: 'claude',
      args: [
        ...['-p', 'Work in Blender.', '--mcp-config', config, '--strict-mcp-config'],
        ...['--allowedTools', 'mcp__busbar', '--output-format', 'stream-json', '--verbose'],
      ],
      env: {
        ANTHROPIC_BASE_URL: modelUrl,
        ANTHROPIC_API_KEY: 'no-key',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        // All tools at once, as they are offered to a model that can't search for them.
        ENABLE_TOOL_SEARCH: 'false',
        ...(callLimitMs !== undefined && { MCP_TOOL_TIMEOUT: String(callLimitMs) }),
      },
    }
  },
  // Behind a picture it says where it put the file.
  answerIn: (shown) => shown.replace(/\[Image: source: [^\]]+\]$/, ''),
}
