import { z } from 'zod'
import type { Dispatcher } from '../dispatch.ts'
import type { Tool } from '../tool.ts'
import { commandTool, pictureAnswer } from './blender-command.ts'

const reads = { readOnlyHint: true, openWorldHint: false } as const
const page = {
  page: z.number().int().min(1).optional().describe('From 1'),
  page_size: z.number().int().min(1).max(500).optional().describe('Default 50'),
}
const pathLength = 4096

/** The tools that run a command in a Blender and answer with its outcome. */
export function blenderCommandTools(dispatcher: Dispatcher): Tool[] {
  return [
    commandTool(dispatcher, {
      command: 'execute_code',
      title: 'Run Python in Blender',
      description:
        'Runs Python in one Blender, on its main thread, with bpy at hand, as one undo step. Answers with stdout, the ' +
        'value of a last expression and, if it raises, the traceback. Each call starts with fresh variables. A script ' +
        "that runs can't be stopped and blocks the window: keep it short, or call report_progress(fraction, message) " +
        'in it. To change or create anything, use this tool.',
      params: { code: z.string().min(1).describe('Python source') },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    }),
    commandTool(dispatcher, {
      command: 'get_scene_info',
      title: 'Describe the scene',
      description:
        'Reads the open scene of one Blender: name, frame range, units, render engine, camera, number of objects and ' +
        'the first 50 of them, materials, file and whether it has unsaved changes. Start here. Changes nothing.',
      params: {},
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'list_objects',
      title: 'List objects',
      description:
        'Lists the objects of the scene with type and location, a page at a time. Changes nothing.',
      params: {
        type: z.string().max(100).optional().describe('Only this type: MESH, LIGHT, CAMERA, EMPTY, CURVE, …'),
        name_contains: z.string().max(200).optional().describe('Only names with this in it, in any case'),
        ...page,
      },
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'get_object_info',
      title: 'Describe an object',
      description:
        'Reads one object of the scene: transform (angles in degrees), bounds in the world, mesh statistics with and ' +
        'without modifiers, materials, modifiers, constraints, parent and children. Changes nothing.',
      params: { name: z.string().min(1).max(200).describe('Exact name of the object') },
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'browse_data',
      title: 'Browse bpy.data',
      description:
        'Looks through bpy.data, a page at a time. With no collection: all collections and their sizes. With one ' +
        '("materials", "images", "node_groups", …): its items. With item_name too: the properties of that item. ' +
        'Changes nothing.',
      params: {
        collection: z.string().max(100).optional().describe('Name of a collection of bpy.data'),
        item_name: z.string().max(200).optional().describe('Exact name of an item in it'),
        ...page,
      },
      annotations: reads,
    }),
    commandTool(dispatcher, {
      command: 'get_viewport_screenshot',
      title: 'See the 3D view',
      description:
        'Answers with a picture of the 3D view as the artist has it. It works while the window is hidden. A Blender ' +
        'without a window answers with a small preview render. Look at it after a change. Changes nothing.',
      params: {
        max_size: z
          .number()
          .int()
          .min(16)
          .max(4096)
          .optional()
          .describe('Longer side in pixels, default 800'),
      },
      annotations: reads,
      answer: pictureAnswer,
    }),
    commandTool(dispatcher, {
      command: 'render_image',
      title: 'Render a still',
      description:
        "Renders one still with the scene's camera and answers with the picture; the scene's settings stay as they " +
        'are. Rendering blocks that Blender: try a small size and few samples first, and raise timeout_seconds for ' +
        'more. A picture too large for an answer comes as JPEG or scaled down, and says so.',
      params: {
        frame: z
          .number()
          .int()
          .min(-1_048_574)
          .max(1_048_574)
          .optional()
          .describe('Default: the current frame'),
        width: z
          .number()
          .int()
          .min(4)
          .max(16_384)
          .optional()
          .describe("Pixels; default: the scene's own size"),
        height: z.number().int().min(4).max(16_384).optional(),
        samples: z.number().int().min(1).max(65_536).optional().describe("Default: the scene's own"),
        engine: z
          .string()
          .max(100)
          .optional()
          .describe("CYCLES, EEVEE or WORKBENCH; default: the scene's own"),
      },
      annotations: reads,
      answer: pictureAnswer,
    }),
    commandTool(dispatcher, {
      command: 'open_file',
      title: 'Open a file',
      description:
        'Opens a .blend file in one Blender. Refuses if the open file has unsaved changes, unless discard_changes ' +
        'is true: ask the person first.',
      params: {
        path: z.string().min(1).max(pathLength).describe("Absolute path on that Blender's computer"),
        discard_changes: z.boolean().optional().describe('Lose unsaved changes'),
      },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    }),
    commandTool(dispatcher, {
      command: 'save_file',
      title: 'Save the file',
      description:
        'Saves the open file. A file that exists, the open one too, is only replaced with overwrite: true.',
      params: {
        path: z
          .string()
          .min(1)
          .max(pathLength)
          .optional()
          .describe("Absolute path on that Blender's computer; default: the open file's own"),
        overwrite: z.boolean().optional().describe('Replace a file that exists'),
        copy: z.boolean().optional().describe('Save a copy and go on with the open file'),
      },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    }),
    commandTool(dispatcher, {
      command: 'undo',
      title: 'Undo',
      description:
        'Takes back the newest steps of a Blender with a window, as Ctrl+Z does. Each blender_execute_code is one ' +
        'step; so is each thing the artist did, so look before you undo more than your own last step.',
      params: { steps: z.number().int().min(1).max(50).optional().describe('Default 1') },
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: false,
        openWorldHint: false,
      },
    }),
    commandTool(dispatcher, {
      command: 'ping',
      title: 'Ping a Blender',
      description: 'Shows that a Blender takes jobs now: it answers when its main thread is free.',
      params: {},
      annotations: reads,
    }),
  ]
}
