// Which tool stands behind which name.
import type { Core } from '../core';
import { BoxTool } from './box';
import { HandTool } from './hand';
import { PathTool } from './path';
import { SelectTool } from './select';
import { SpotTool } from './spot';
import type { Tool, ToolId } from './tool';

export function makeTool(id: ToolId, core: Core): Tool {
  switch (id) {
    case 'select':
      return new SelectTool(core);
    case 'hand':
      return new HandTool(core);
    case 'bounding-box':
      return new BoxTool(core);
    case 'polygon':
    case 'polyline':
      return new PathTool(core, id);
    case 'point':
      return new SpotTool(core);
  }
}
