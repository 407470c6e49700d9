/** The keys, the filter's words, and what a pointer does. */
import { FILTER_FIELDS } from './filter.ts';
import { BINDINGS } from './keyboard.ts';

const KEY_NAMES: { readonly [key: string]: string } = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowDown: '↓',
  ArrowUp: '↑',
  'Shift+ArrowRight': 'Shift →',
  'Shift+ArrowLeft': 'Shift ←',
};

export function HelpPage() {
  return (
    <main class="page help">
      <h1>Keys and filter</h1>
      <div class="columns">
        <section class="pane">
          <h2>Keys on a run's page</h2>
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Does</th>
              </tr>
            </thead>
            <tbody>
              {BINDINGS.map(({ keys, about }) => (
                <tr key={about}>
                  <td>
                    {keys.map((key) => (
                      <kbd key={key}>{KEY_NAMES[key] ?? key}</kbd>
                    ))}
                  </td>
                  <td>{about}</td>
                </tr>
              ))}
              <tr>
                <td>
                  <kbd>?</kbd>
                </td>
                <td>this page; again, or Escape: back</td>
              </tr>
            </tbody>
          </table>
        </section>
        <FilterHelp />
        <section class="pane">
          <h2>Pointer</h2>
          <p>
            A click in any pane moves the cursor in all of them. Drag to move the window, turn the
            wheel with Ctrl to zoom, with Shift to move, double-click to zoom in. The address always
            leads back to what is shown.
          </p>
        </section>
      </div>
    </main>
  );
}

function FilterHelp() {
  return (
    <section class="pane">
      <h2>Filter of the event table</h2>
      <p>
        Terms are joined by "and", values within one by commas; <code>!</code> turns a term round.
        Other words are searched for in every text; "two words" as one.
      </p>
      <p>
        <code>node:n1,n2 kind:drop !fate:cut lost</code>
      </p>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Term</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {FILTER_FIELDS.map(({ field, about }) => (
            <tr key={field}>
              <td>
                <code>{field}:</code>
              </td>
              <td>{about}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
