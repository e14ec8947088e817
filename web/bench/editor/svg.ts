// The scene that ours is measured against: one <polygon> for each object under one transformed group, as SVG annotators have it.
import { colorOf, SIZE, type Place, type SceneObject } from './scene';

const NS = 'http://www.w3.org/2000/svg';

export type SvgScene = ReturnType<typeof createSvgScene>;

export function createSvgScene(
  host: HTMLElement,
  picture: HTMLCanvasElement,
  { tools }: { tools: SceneObject[] },
) {
  const { width, height } = host.getBoundingClientRect();
  const fit = Math.min((width - 48) / SIZE.width, (height - 48) / SIZE.height);
  let view = { scale: fit, x: (width - SIZE.width * fit) / 2, y: (height - SIZE.height * fit) / 2 };
  const points = tools.map(({ polygon }) => polygon.map(([x, y]): Place => [x, y]));

  const root = document.createElement('div');
  root.style.cssText = 'position:relative;width:100%;height:100%;overflow:hidden;touch-action:none';
  const image = small(picture);
  image.style.cssText = `position:absolute;left:0;top:0;width:${SIZE.width}px;height:${SIZE.height}px;transform-origin:0 0`;
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('style', 'position:absolute;inset:0;width:100%;height:100%');
  const group = document.createElementNS(NS, 'g');
  svg.append(group);
  root.append(image, svg);
  host.append(root);

  const elements = tools.map(({ schemaId }, index) => {
    const element = document.createElementNS(NS, 'polygon');
    element.setAttribute('fill', colorOf(schemaId));
    element.setAttribute('fill-opacity', '0.18');
    element.setAttribute('stroke', colorOf(schemaId));
    element.setAttribute('stroke-width', '1.5');
    element.setAttribute('vector-effect', 'non-scaling-stroke');
    element.dataset.index = String(index);
    return element;
  });
  const write = (index: number) =>
    elements[index]?.setAttribute('points', (points[index] ?? []).map((at) => at.join()).join(' '));
  elements.forEach((_, index) => write(index));
  group.append(...elements);

  const place = () => {
    const transform = `translate(${view.x}px,${view.y}px) scale(${view.scale})`;
    image.style.transform = transform;
    group.setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.scale})`);
  };
  place();

  const handles: SVGRectElement[] = [];
  let selected: number | null = null;
  let held: { handle: number } | { from: Place } | null = null;
  let isHand = false;
  let draft: { points: Place[]; element: SVGPolylineElement } | null = null;

  const toImage = (event: MouseEvent): Place => {
    const { left, top } = root.getBoundingClientRect();
    return [(event.clientX - left - view.x) / view.scale, (event.clientY - top - view.y) / view.scale];
  };
  const placeHandles = () => {
    (selected === null ? [] : (points[selected] ?? [])).forEach(([x, y], index) => {
      handles[index]?.setAttribute('x', String(x * view.scale + view.x - 4));
      handles[index]?.setAttribute('y', String(y * view.scale + view.y - 4));
    });
  };
  const select = (index: number | null) => {
    for (const handle of handles.splice(0)) handle.remove();
    selected = index;
    if (index === null) return;
    for (let count = points[index]?.length ?? 0; count > 0; count--) {
      const handle = document.createElementNS(NS, 'rect');
      handle.setAttribute('width', '8');
      handle.setAttribute('height', '8');
      handle.setAttribute('fill', '#fff');
      handles.push(handle);
      svg.append(handle);
    }
    placeHandles();
  };
  const draw = (event: PointerEvent, isClick: boolean) => {
    if (!draft) {
      const element = document.createElementNS(NS, 'polyline');
      element.setAttribute('fill', 'none');
      element.setAttribute('stroke', '#fff');
      element.setAttribute('vector-effect', 'non-scaling-stroke');
      group.append(element);
      draft = { points: [], element };
    }
    if (isClick) draft.points.push(toImage(event));
    const shown = isClick ? draft.points : [...draft.points, toImage(event)];
    draft.element.setAttribute('points', shown.map((at) => at.join()).join(' '));
  };
  let isDrawing = false;

  root.addEventListener('pointerdown', (event) => {
    root.setPointerCapture(event.pointerId);
    if (isHand) held = { from: [event.clientX, event.clientY] };
    else if (isDrawing) draw(event, true);
    else {
      const handle = handles.indexOf(
        document.elementFromPoint(event.clientX, event.clientY) as SVGRectElement,
      );
      if (handle >= 0) held = { handle };
      else {
        const target = document.elementFromPoint(event.clientX, event.clientY);
        const index = target instanceof SVGElement ? target.dataset.index : undefined;
        select(index === undefined ? null : Number(index));
      }
    }
  });
  root.addEventListener('pointermove', (event) => {
    if (held && 'from' in held) {
      view = { ...view, x: view.x + event.clientX - held.from[0], y: view.y + event.clientY - held.from[1] };
      held = { from: [event.clientX, event.clientY] };
      place();
      placeHandles();
    } else if (held && selected !== null) {
      const polygon = points[selected];
      if (polygon) polygon[held.handle] = toImage(event);
      write(selected);
      placeHandles();
    } else if (isDrawing && draft) draw(event, false);
  });
  root.addEventListener('pointerup', () => (held = null));
  root.addEventListener('wheel', (event) => {
    event.preventDefault();
    const { left, top } = root.getBoundingClientRect();
    const grown = Math.exp(-event.deltaY * 0.0018);
    const [x, y] = [event.clientX - left, event.clientY - top];
    view = {
      scale: view.scale * grown,
      x: x - (x - view.x) * grown,
      y: y - (y - view.y) * grown,
    };
    place();
    placeHandles();
  });
  const style = document.createElement('style');
  style.textContent = 'polygon:hover { fill-opacity: 0.28 }';
  root.append(style);

  return {
    toClient: ([x, y]: Place): Place => {
      const { left, top } = root.getBoundingClientRect();
      return [x * view.scale + view.x + left, y * view.scale + view.y + top];
    },
    run(id: string) {
      isHand = id === 'tool.hand';
      isDrawing = id === 'tool.polygon';
      draft?.element.remove();
      draft = null;
      return true;
    },
    count: () => elements.length,
    pointsOf: (index: number) => points[index],
    destroy: () => root.remove(),
  };
}

/** A picture that a browser can stretch cheaply: the SVG scene is not measured by the size of its background. */
function small(picture: HTMLCanvasElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width / 8;
  canvas.height = picture.height / 8;
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
