import { Header } from '../../frame/Header.tsx';
import type { Context } from '../context.ts';
import { DropZone } from './DropZone.tsx';
import { ModelPanel } from './ModelPanel.tsx';
import { Output } from './Output.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { PromptForm } from './PromptForm.tsx';
import { SettingsPanel } from './SettingsPanel.tsx';
import { Stats } from './Stats.tsx';
import { Status } from './Status.tsx';
import { StoredPanel } from './StoredPanel.tsx';

export function App(context: Context) {
  const { state, session, dispatch } = context;
  return (
    <>
      <Header
        title="Foretoken"
        tagline="A language model on your GPU, in this tab, with a small one running ahead of it."
        theme={state.theme}
        onTheme={theme => dispatch({ type: 'theme', theme })}
      />
      <main>
        <div class="write">
          {state.problem && <ProblemCard error={state.problem} session={session} dispatch={dispatch} />}
          <PromptForm {...context} />
          <Status state={state} />
          <Output run={state.run} />
          <Stats state={state} />
        </div>
        <aside>
          <ModelPanel {...context} />
          <StoredPanel {...context} />
          <SettingsPanel {...context} />
        </aside>
      </main>
      <footer>
        <p>
          Everything runs on this machine: the page loads from where it is hosted, and then nothing is sent
          anywhere. A draft model only proposes; the target model decides. The text is the same, bit for bit,
          with a draft and without. <a href="lab.html">Try this GPU in the lab</a>: what it computes right,
          and how fast.
        </p>
      </footer>
      <DropZone onDrop={(role, files) => session.choose({ [role]: { kind: 'files', files } })} />
    </>
  );
}
