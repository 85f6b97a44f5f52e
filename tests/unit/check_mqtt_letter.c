/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Where those who send commands may have their answers.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_letter.h"

#include "cz2d/config/config.h"
#include "cz2d/mqtt/mqtt_internal.h"
#include "support.h"

START_TEST(an_answer_is_given_where_it_can_do_no_harm)
{
	static struct config config = {.mqtt = {.topic_prefix = "hvac/cz2",
						.discovery_prefix = "homeassistant"}};
	static const char *const harmless[] = {
		"a", "somebody/answers", "hvac/cz2/result/mine", "hvac/cz2/answers", "hvac/cz2",
		"hvac/cz20/zone/1", "hvac/cz2/zones", "homeassistants/x",
	};
	static const char *const harmful[] = {
		"", "a/+", "#", "$SYS/x", "hvac/cz2/set", "hvac/cz2/set/zone/1", "hvac/cz2/zone/1",
		"hvac/cz2/availability", "hvac/cz2/link", "hvac/cz2/status", "hvac/cz2/system",
		"hvac/cz2/diagnostics", "hvac/cz2/audit", "homeassistant", "homeassistant/status",
		"\xff", "a/\xc3",
	};

	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		ck_assert_msg(mqtt_letter_may_answer(harmless[i], &config), "%s", harmless[i]);
	for (size_t i = 0; i < sizeof harmful / sizeof harmful[0]; i++)
		ck_assert_msg(!mqtt_letter_may_answer(harmful[i], &config), "%s", harmful[i]);
}
END_TEST

START_TEST(who_could_not_know_his_answer_again_gets_none)
{
	static const struct config config = {.mqtt = {.topic_prefix = "p"}};
	char data[MQTT_CORRELATION_MAX + 1] = "";
	struct mqtt_incoming message = {.topic = "p/set/a", .payload = "1", .length = 1,
					.response_topic = "mine", .correlation = data,
					.correlation_length = MQTT_CORRELATION_MAX};
	struct mqtt_letter *letter = mqtt_letter_new(&message, "a", &config, 0);

	ck_assert_str_eq(letter->response_topic, "mine");
	ck_assert_uint_eq(letter->correlation_length, MQTT_CORRELATION_MAX);
	mqtt_letter_free(letter);
	message.correlation_length++;
	letter = mqtt_letter_new(&message, "a", &config, 0);
	ck_assert_ptr_null(letter->response_topic);
	ck_assert_ptr_null(letter->correlation);
	mqtt_letter_free(letter);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		an_answer_is_given_where_it_can_do_no_harm,
		who_could_not_know_his_answer_again_gets_none,
		NULL,
	};

	return run_suite("mqtt letter", tests);
}
