import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** A modal dialog: the browser keeps the focus in it, closes it on Escape, and gives the focus back. */
export function Dialog(props: {
  label: string;
  open: boolean;
  onClose: () => void;
  class?: string;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  // At once, not after the next frame: a key that follows belongs to what is under the dialog.
  useLayoutEffect(() => {
    if (props.open && !element.current?.open) element.current?.showModal();
    if (!props.open) element.current?.close();
  }, [props.open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog closes it; keys have Escape
    <dialog
      ref={element}
      class={props.class}
      aria-label={props.label}
      onClose={props.onClose}
      onClick={(event) => event.target === element.current && props.onClose()}
    >
      {props.open && props.children}
    </dialog>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm(props: {
  open: boolean;
  title: string;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ComponentChildren;
}) {
  return (
    <Dialog label={props.title} open={props.open} onClose={props.onClose}>
      <div class="dialog-body">
        <h2>{props.title}</h2>
        <p>{props.children}</p>
        <div class="row">
          <button
            type="button"
            class="danger"
            onClick={() => {
              props.onConfirm();
              props.onClose();
            }}
          >
            {props.action}
          </button>
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
        </div>
      </div>
    </Dialog>
  );
}
