/** Pixels of wheel or finger that are one picture. */
const WHEEL_STEP = 40;
const DRAG_STEP = 12;

/** The wheel, and a finger or the mouse drawn up and down, scroll. */
export function scrollBy(stage: HTMLElement, step: (by: number) => void): void {
  let rest = 0;
  const move = (pixels: number, size: number) => {
    rest += pixels;
    const whole = Math.trunc(rest / size);
    rest -= whole * size;
    if (whole !== 0) step(whole);
  };
  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const pixels =
        event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * WHEEL_STEP : event.deltaY;
      move(pixels, WHEEL_STEP);
    },
    { passive: false },
  );
  stage.addEventListener('pointerdown', (event) => {
    rest = 0;
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', (event) => {
    if (stage.hasPointerCapture(event.pointerId)) move(event.movementY, DRAG_STEP);
  });
}
