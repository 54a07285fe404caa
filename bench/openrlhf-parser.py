"""Runs OpenRLHF's own entry point, its parser, its checks and its data set loader included, on given arguments, without
GPUs: what is not installed (torch, ray, vllm, deepspeed) is stood in for. Prints what it made of them as a line of JSON.

    python openrlhf-parser.py OPENRLHF_SOURCE FLAGS...
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import math
import runpy
import sys
import types


class Meta(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub

    def __getitem__(cls, item):
        return Stub


class Stub(metaclass=Meta):
    """Anything: a module's function, class, decorator or object."""

    def __new__(cls, *args, **kwargs):
        # A decorator without arguments.
        if cls is Stub and len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return args[0] if len(args) == 1 and callable(args[0]) else Stub()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub()

    def __iter__(self):
        return iter(())


class Remote(Stub):
    """What `ray.remote` makes of a class."""


def remote(*args, **kwargs):
    return Remote if args else lambda cls: Remote


# What OpenRLHF imports. Other modules that are not there are optional to those that are.
NEEDED = (
    "accelerate aiohttp bitsandbytes datasets deepspeed einops flash_attn jsonlines loralib numpy optimum optree packaging "
    "peft PIL pylatexenc pynvml ray ring_flash_attn tensorboard torch torchdata torchmetrics tqdm transformers vllm wandb"
).split()


def attribute(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Stub


# Used where they are installed; the others have never been asked to work without GPUs.
REAL = {"datasets", "numpy", "packaging", "torch", "tqdm"}


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what OpenRLHF needs and this machine need not have."""

    stubbed = set()

    def __init__(self, roots):
        self.roots = roots

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in self.roots:
            return None
        # A part that is missing of what is installed is its own affair.
        if "." in name and name.split(".")[0] not in self.stubbed:
            return None
        self.stubbed.add(name.split(".")[0])
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__path__ = []
        module.__version__ = "99.0"
        module.__file__ = "stub"
        module.__getattr__ = attribute
        if spec.name == "ray":
            module.remote = remote
        return module

    def exec_module(self, module):
        pass


class Tokenizer:
    """Shows what its template is given."""

    def apply_chat_template(self, chat, tokenize, add_generation_prompt):
        assert not tokenize and add_generation_prompt
        for turn in chat:
            assert isinstance(turn["content"], str), f"not a text: {turn}"
        return "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in chat)


class Strategy:
    def __init__(self, args):
        self.args = args

    def print(self, *args):
        pass

    def is_rank_0(self):
        return False

    def setup_dataloader(self, dataset, *args, **kwargs):
        self.dataset = dataset


def main(source, flags):
    sys.path.insert(0, source)
    sys.meta_path.insert(0, StubFinder(set(NEEDED) - REAL))
    sys.meta_path.append(StubFinder(REAL))
    found = []
    utils = importlib.import_module("openrlhf.utils")
    utils.get_strategy = lambda args: found.append(args) or Strategy(args)
    importlib.import_module("openrlhf.trainer.ray.launcher").RayActorGroup = Stub
    sys.argv = ["train_ppo_ray", *flags]
    runpy.run_module("openrlhf.cli.train_ppo_ray", run_name="__main__")
    args = found[0]
    result = {"args": plain(args), "data": dataset(args)}
    if result["data"]:
        steps = result["data"]["max_steps"]
        for role in ("actor", "critic"):
            # As DeepspeedStrategy does.
            result[f"{role}_warmup"] = math.ceil(steps * getattr(args, role).lr_warmup_ratio)
    result["stubbed"] = sorted(StubFinder.stubbed)
    print(json.dumps(result))


def plain(value):
    """As JSON has it: without infinities."""
    if isinstance(value, types.SimpleNamespace):
        return {name: plain(one) for name, one in vars(value).items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def dataset(args):
    """The rows as OpenRLHF loads them; nothing where Hugging Face's `datasets` is not installed."""
    importlib.import_module("datasets")
    if "datasets" in StubFinder.stubbed:
        return None
    trainer = importlib.import_module("openrlhf.trainer.ppo_trainer")
    strategy = Strategy(args)
    _, _, max_steps = trainer.prepare_datasets(strategy, Tokenizer())
    rows = strategy.dataset
    source, prompt, label, image = rows[0]
    first = {"datasource": source, "prompt": prompt[:200], "label": label[:200], "image": image}
    return {"rows": len(rows), "max_steps": max_steps, "first": first}


main(sys.argv[1], sys.argv[2:])
