// Enter goes on to the next thing to be written that is still empty, so that a number, a name, a size and a question are typed
// in one go. Enter in a text of several lines stays a new line (in one that is mostly a sentence with Shift), and a list takes
// its own Enter.
export function goOn(event: KeyboardEvent, page: HTMLElement): void {
  const from = event.target;
  if (event.key !== 'Enter' || event.defaultPrevented || event.isComposing) return;
  const sentence = from instanceof HTMLTextAreaElement && from.dataset['sentence'] !== undefined && !event.shiftKey;
  if (!(from instanceof HTMLInputElement) && !sentence) return;
  if (from.getAttribute('role') === 'combobox' || ['checkbox', 'radio', 'file', 'button', 'submit'].includes(from.type)) return;
  event.preventDefault();
  const fields = [...page.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input[aria-required], textarea[aria-required]')];
  const next = fields.find((field) =>
    from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING && field.type !== 'checkbox' && field.value === '' && field.offsetParent !== null);
  next?.focus();
  next?.scrollIntoView({ block: 'center' });
}
