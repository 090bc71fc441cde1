/** What every element of ours needs of the page it stands on. */

export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

/** The theme is the one given, else the page's own; without either the system decides (tokens.css). */
export function followTheme(element: HTMLElement, given?: string): void {
  const root = document.documentElement;
  const set = () => {
    const theme = given ?? root.dataset.theme;
    if (theme) element.dataset.theme = theme;
    else delete element.dataset.theme;
  };
  set();
  new MutationObserver(set).observe(root, { attributeFilter: ["data-theme"] });
}
