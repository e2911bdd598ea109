/** The commands of the Blender add-on, and what each takes: the dispatch tools offer them, and so does the panel. */
import { z } from 'zod'
import { bounds } from './protocol.ts'

const page = {
  page: z.number().int().min(1).optional(),
  page_size: z.number().int().min(1).max(500).optional().describe('Default 50'),
}

/** By name. What is left out of `params` is not sent, and the add-on takes its default. */
export const blenderCommands = {
  execute_code: {
    title: 'Run Python in Blender',
    params: { code: z.string().min(1).describe('Python source') },
  },
  get_scene_info: {
    title: 'Describe the scene',
    params: {},
  },
  list_objects: {
    title: 'List objects',
    params: {
      type: z.string().max(100).optional().describe('MESH, LIGHT, CAMERA, …'),
      name_contains: z.string().max(200).optional().describe('In any case'),
      ...page,
    },
  },
  get_object_info: {
    title: 'Describe an object',
    params: { name: z.string().min(1).max(200).describe('Its exact name') },
  },
  browse_data: {
    title: 'Browse bpy.data',
    params: {
      collection: z.string().max(100).optional(),
      item_name: z.string().max(200).optional().describe('Its exact name'),
      ...page,
    },
  },
  get_viewport_screenshot: {
    title: 'See the 3D view',
    params: {
      max_size: z.number().int().min(16).max(4096).optional().describe('Longer side in pixels, default 800'),
    },
  },
  render_image: {
    title: 'Render a still',
    params: {
      frame: z.number().int().min(-1_048_574).max(1_048_574).optional().describe('Default: the current one'),
      width: z.number().int().min(4).max(16_384).optional().describe("Pixels; default: the scene's own"),
      height: z.number().int().min(4).max(16_384).optional(),
      samples: z.number().int().min(1).max(65_536).optional(),
      engine: z.string().max(100).optional().describe('CYCLES, EEVEE or WORKBENCH'),
      max_size: z
        .number()
        .int()
        .min(16)
        .max(4096)
        .optional()
        .describe('Longer side of the answer; default 1568, or as width and height say'),
    },
  },
  open_file: {
    title: 'Open a file',
    params: {
      path: z.string().min(1).max(bounds.pathLength).describe('Absolute, on that computer'),
      discard_changes: z.boolean().optional().describe('Lose unsaved changes'),
    },
  },
  save_file: {
    title: 'Save the file',
    params: {
      path: z
        .string()
        .min(1)
        .max(bounds.pathLength)
        .optional()
        .describe("Absolute, on that computer; default: the open file's own"),
      overwrite: z.boolean().optional(),
      // What it is for stands in the refusal: the list of tools is bounded.
      overwrite_changed: z.boolean().optional(),
      copy: z.boolean().optional().describe('Save a copy and go on with the open file'),
    },
  },
  undo: {
    title: 'Undo',
    params: { steps: z.number().int().min(1).max(50).optional().describe('Default 1') },
  },
  ping: {
    title: 'Ping a Blender',
    params: {},
  },
} as const satisfies Record<string, { title: string; params: z.ZodRawShape }>
