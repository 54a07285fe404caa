const ENVIRONMENT = `Environment:
  PACORE_MODEL     the model where --model is not given
  PACORE_JOURNAL   the journal where --journal is not given
  PACORE_API_KEY   the key for an endpoint named by its URL; PACORE_API_KEY_API_EXAMPLE_COM for one host;
                   for api.openai.com and the like, their own variable does too
  PACORE_DEBUG=1   stack traces with errors
  NO_COLOR, FORCE_COLOR`;

export const MAIN_HELP = `
Examples:
  $ pacore solve --sample                          a problem and a model that come along
  $ pacore solve "How many primes below 200?" --base-url http://localhost:8000/v1 --model my-model
  $ pacore doctor http://localhost:8000/v1#my-model
  $ pacore serve --upstream http://localhost:8000/v1
  $ pacore eval problems.jsonl --single --widths 4 --widths 16 --model http://localhost:8000/v1#my-model
  $ pacore runs list

${ENVIRONMENT}

pacore COMMAND --help tells more.`;

export const SOLVE_HELP = `
Examples:
  $ pacore solve --sample
      32 trajectories, then 4, then one, on the embedded model
  $ pacore solve --sample --model embedded:models/embedded-start
      the same before it was trained to coordinate
  $ pacore solve "Prove that √2 is irrational." --model http://localhost:8000/v1#my-model --effort medium
  $ cat problem.txt | pacore solve --widths 16,4 --deadline 5m > answer.txt
      the answer alone goes to stdout
  $ pacore solve "What is on it?" --images photo.png --model openai:gpt-5
      any AI SDK provider that is installed
  $ pacore solve --problem-file p.txt --run-id p1     and again after a crash: only what is missing is asked
  $ pacore solve --problem-file p.txt --json | jq -c 'select(.type == "round-end")'

Without --effort and --widths, a problem gets low [4], a --sample [32, 4]. A --sample takes its seed for the
calls too, so that the same sample gives the same run. Finished trajectories are kept in the journal:
\`pacore runs list\`.

${ENVIRONMENT}`;

export const DOCTOR_HELP = `
Examples:
  $ pacore doctor
  $ pacore doctor http://localhost:8000/v1#my-model
  $ pacore doctor my-model --base-url http://localhost:8000/v1 --json

Exit codes: 0 all is well, or warnings only; 1 a check failed; 2 bad input`;

export const PROMPT_HELP = `
Example:
  $ echo '["The answer is 4.", "5"]' > messages.json
  $ pacore prompt --problem-file problem.txt --messages-file messages.json

No line end is added, and none of the problem's is taken away.`;

export const TRAIN_HELP = `
Example:
  $ pacore train lab-sft --out runs/lab-sft
  $ pacore train lab-sft --out runs/lab-sft --resume    after Ctrl-C`;

export const TRAIN_RUN_HELP = `
From nothing to a policy that coordinates, on this machine:
  pacore pool build worklist:1000:7 --out runs/pool.jsonl
  pacore train lab --pool runs/pool.jsonl --out runs/lab
  pacore eval worklist:500:1 --model embedded:runs/lab/stage-2 --widths 4 --widths 16

A model of your own, on GPUs with OpenRLHF 0.11; docs/cluster.md is the guide:
  pacore train recipes/pacore-8b.yaml --engine openrlhf --pool runs/pool.jsonl --out runs/pacore-8b --dry-run

The same command goes on where it was stopped or killed. Every field of a recipe, and where its value comes
from, is in recipe.json of the run; --set kl=0 changes one.`;

export const TRAIN_REPORT_HELP = `
Example:
  $ pacore train report runs/lab --out lab.html

TensorBoard shows the same metrics: tensorboard --logdir runs`;
