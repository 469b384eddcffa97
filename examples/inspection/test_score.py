"""Tests of the average precision, on cases small enough to do by hand."""

import numpy as np
import pytest

import score


def rows(*values):
    return np.asarray(values, np.float64)


def test_finding_everything_exactly_scores_one():
    truth = rows((0, 10, 10, 50, 50), (1, 60, 60, 90, 90))
    found = rows((0, 0.9, 10, 10, 50, 50), (1, 0.8, 60, 60, 90, 90))
    assert score.average_precision([found], [truth], 2).min() == 1.0


def test_a_class_without_objects_has_no_score():
    truth = rows((0, 10, 10, 50, 50))
    table = score.average_precision([np.zeros((0, 6))], [truth], 2)
    assert (table[0] == 0).all() and np.isnan(table[1]).all()


def test_a_second_detection_of_an_object_is_false():
    truth = rows((0, 0, 0, 40, 40), (0, 100, 100, 140, 140))
    found = rows((0, 0.9, 0, 0, 40, 40), (0, 0.8, 0, 0, 40, 40),
                 (0, 0.7, 100, 100, 140, 140))
    # Recall up to 0.5 at precision 1 (51 of 101 points), then 2 of 3.
    expected = (51 + 50 * 2 / 3) / 101
    got = score.average_precision([found], [truth], 1)[0, 0]
    assert got == pytest.approx(expected)


def test_a_loose_box_counts_at_the_low_level_only():
    truth = rows((0, 0, 0, 100, 100))
    found = rows((0, 0.9, 0, 0, 100, 60))
    table = score.average_precision([found], [truth], 1)[0]
    assert list(table) == [1, 1, 1] + [0] * 7


def test_overlapping_answers_of_one_class_leave_the_best():
    output = np.zeros((9, 4))
    output[:4] = np.asarray([(50, 50, 40, 40), (52, 50, 40, 40),
                             (50, 50, 40, 40), (200, 200, 30, 30)]).T
    output[4, :2] = 0.6, 0.9
    output[5, 2] = 0.5
    output[6, 3] = 0.0005
    found = score.detections(output)
    assert found[:, 0].tolist() == [0, 1]
    assert found[0].tolist() == [0, 0.9, 32, 30, 72, 70]


def test_boxes_are_cut_at_the_picture_s_border():
    output = np.zeros((9, 1))
    output[:5, 0] = 5, 315, 20, 20, 0.5
    assert score.detections(output)[0, 2:].tolist() == [0, 305, 15, 320]
