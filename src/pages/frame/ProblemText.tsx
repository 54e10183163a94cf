export interface ProblemTextProps {
  readonly title: string;
  readonly advice: readonly string[];
  readonly message: string;
}

/** What is wrong, what to do about it, and the error's own words. */
export function ProblemText({ title, advice, message }: ProblemTextProps) {
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {advice.map(sentence => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p class="message">
        <code>{message}</code>
      </p>
    </>
  );
}
