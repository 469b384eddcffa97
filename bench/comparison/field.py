"""Who competes with whom: the contenders of a network, by precision."""
from dataclasses import dataclass
from pathlib import Path
import sys

from . import engines
from .contender import Refused
from .places import WORK, binary

PEER_PROCESS = Path(__file__).with_name('peer_process.py')


@dataclass(frozen=True)
class Match:
    """octet's engine against the peers that do the same."""
    precision: str
    source: str   # 'float', 'qdq' (all from one file) or 'own' quantization
    octet: str    # kind of engine, see engines.py
    peers: tuple


# Peers by their name in a report: engine, file, OpenVINO's precision.
PEERS = {
    'onnxruntime fp32': ('onnxruntime', 'float'),
    'onnxruntime u8s8': ('onnxruntime', 'u8s8'),
    'onnxruntime s8s8': ('onnxruntime', 's8s8'),
    'openvino fp32': ('openvino', 'float', 'f32'),
    'openvino bf16': ('openvino', 'float', 'bf16'),
    'openvino u8s8': ('openvino', 'u8s8'),
    'openvino nncf': ('openvino', 'nncf'),
}
QDQ_PEERS = ('onnxruntime u8s8', 'onnxruntime s8s8', 'openvino u8s8')
MATCHES = (
    Match('fp32', 'float', 'fp32', ('onnxruntime fp32', 'openvino fp32')),
    Match('bf16', 'float', 'bf16', ('openvino bf16',)),
    Match('int8', 'qdq', 'qdq', QDQ_PEERS),
    # The QDQ files are what ONNX Runtime's own quantizer makes of the network.
    Match('int8', 'own', 'own', QDQ_PEERS + ('openvino nncf',)),
)
PRECISIONS = ('int8', 'fp32', 'bf16')


def multiplies_bf16():
    """Whether this CPU does: elsewhere no peer has bf16."""
    flags = Path('/proc/cpuinfo').read_text()
    return 'avx512_bf16' in flags or 'amx_bf16' in flags


def matches(precisions):
    return [match for match in MATCHES if match.precision in precisions]


def octet_name(match):
    return f'octet {match.octet}'


def quantize_by_nncf(network):
    """OpenVINO's own quantization; the file, made once."""
    path = WORK / 'models' / f'{network.label}.nncf.xml'
    if not path.exists():
        import nncf
        import openvino
        from . import networks
        nncf.set_log_level(40)
        rows = networks.samples(network.float_model,
                                networks.CALIBRATION_SAMPLES)
        model = nncf.quantize(
            openvino.Core().read_model(network.float_model),
            nncf.Dataset(rows), subset_size=len(rows))
        openvino.save_model(model, path, compress_to_fp16=False)
    return path


def model_of(network, file, own_quantization):
    """A peer's model file, or None if the network has none."""
    if file == 'float':
        return network.float_model
    if file == 'nncf':
        return quantize_by_nncf(network) if own_quantization else None
    return network.qdq.get(file)


def octet_commands(network, threads, precisions):
    """({name: command}, {name: reason}) of octet's engines."""
    commands, refused = {}, {}
    for match in matches(precisions):
        name = octet_name(match)
        try:
            path = engines.engine(network, match.octet)
        except Refused as reason:
            refused[name] = str(reason)
            continue
        if path:
            commands[name] = [binary('octet_bench_slots'), path, threads]
    return commands, refused


def peer_commands(network, threads, precisions, own_quantization=False):
    """{name: command} of the peers that a network's matches have."""
    wanted = dict.fromkeys(name for match in matches(precisions)
                           for name in match.peers)
    commands = {}
    for name in wanted:
        engine, file, *precision = PEERS[name]
        if precision == ['bf16'] and not multiplies_bf16():
            continue
        model = model_of(network, file, own_quantization)
        if model:
            commands[name] = [sys.executable, PEER_PROCESS, engine, model,
                              threads, *precision]
    return commands
