import type { GetPromptResult } from '@modelcontextprotocol/sdk/types.js'
import type { PromptEntry } from '../../src/main/mcp/prompts/prompt.ts'
import type { ResourceEntry } from '../../src/main/mcp/calls/resource.ts'
import { pixelPng } from './fixture-media.ts'

/** The resources and prompts that the official suite asks for, as its scenarios describe them. */

function staticText(uri: string, name: string, text: string): ResourceEntry {
  return {
    listing: {
      kind: 'static',
      resource: { uri, name, description: `Fixture: ${name}`, mimeType: 'text/plain' },
    },
    matches: (candidate) => candidate === uri,
    read: () => ({ uri, mimeType: 'text/plain', text }),
  }
}

const template = /^test:\/\/template\/([^/]+)\/data$/

export const fixtureResources: readonly ResourceEntry[] = [
  staticText('test://static-text', 'Static text', 'This is the content of the static text resource.'),
  staticText('test://watched-resource', 'Watched', 'This resource can be subscribed to.'),
  {
    listing: {
      kind: 'static',
      resource: {
        uri: 'test://static-binary',
        name: 'Static binary',
        description: 'Fixture: one red pixel',
        mimeType: 'image/png',
      },
    },
    matches: (candidate) => candidate === 'test://static-binary',
    read: () => ({ uri: 'test://static-binary', mimeType: 'image/png', blob: pixelPng }),
  },
  {
    listing: {
      kind: 'template',
      template: {
        uriTemplate: 'test://template/{id}/data',
        name: 'Template',
        description: 'Fixture: substitutes its id',
        mimeType: 'application/json',
      },
    },
    matches: (candidate) => template.test(candidate),
    read(uri) {
      const id = template.exec(uri)?.[1]
      if (id === undefined) return null
      const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
      return { uri, mimeType: 'application/json', text }
    },
  },
]

function says(...content: GetPromptResult['messages'][number]['content'][]): GetPromptResult {
  return { messages: content.map((part) => ({ role: 'user', content: part })) }
}

export const fixturePrompts: readonly PromptEntry[] = [
  {
    prompt: { name: 'test_simple_prompt', description: 'Fixture: no arguments' },
    get: () => says({ type: 'text', text: 'This is a simple prompt for testing.' }),
  },
  {
    prompt: {
      name: 'test_prompt_with_arguments',
      description: 'Fixture: two arguments',
      arguments: [
        { name: 'arg1', description: 'First test argument', required: true },
        { name: 'arg2', description: 'Second test argument', required: true },
      ],
    },
    get: ({ arg1 = '', arg2 = '' }) =>
      says({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
    complete: (_, value) => ['paris', 'park', 'party'].filter((word) => word.startsWith(value)),
  },
  {
    prompt: {
      name: 'test_prompt_with_embedded_resource',
      description: 'Fixture: embeds a resource',
      arguments: [{ name: 'resourceUri', description: 'URI of the resource to embed', required: true }],
    },
    get: ({ resourceUri = '' }) =>
      says(
        {
          type: 'resource',
          resource: {
            uri: resourceUri,
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        },
        { type: 'text', text: 'Please process the embedded resource above.' },
      ),
  },
  {
    prompt: { name: 'test_prompt_with_image', description: 'Fixture: embeds an image' },
    get: () =>
      says(
        { type: 'image', data: pixelPng, mimeType: 'image/png' },
        { type: 'text', text: 'Please analyze the image above.' },
      ),
  },
]
